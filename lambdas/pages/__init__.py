"""PURE: turns reports and evaluations into the pages that people look at."""
