"""The Studio's window: generators trained on one's own photos, what they make, and photos enlarged."""
