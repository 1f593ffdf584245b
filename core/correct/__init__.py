"""What the person corrects: constraints that outlive every regrouping, their evidence, and what to ask next."""
