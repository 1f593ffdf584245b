"""The photo wall: layout (pure arrays), selection, painting, the date rail, and the view that joins them."""
