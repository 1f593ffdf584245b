"""The Lab: learners trained on the person's own photos, their runs on disk, how they compare, and what they are for."""
