"""PURE: the pages that people look at."""
