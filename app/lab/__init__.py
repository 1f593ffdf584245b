"""The Lab's window: learners trained on the person's own photos, compared, and looked into."""
