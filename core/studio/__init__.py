"""The Studio: generators trained on the person's own photos, what they make, and photos enlarged."""
