"""PURE: turns an evaluation into evaluation.html."""
