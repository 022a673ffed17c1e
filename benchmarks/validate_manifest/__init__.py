"""How fast and how large the manifest validator is, beside other ways to do the same."""
