"""Generative adversarial networks: one trainer for all, and variants that only declare their parts."""
