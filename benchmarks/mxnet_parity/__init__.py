"""MXNet's answers beside those of the exported models."""
