"""What a rule is, and what a broken one says."""
