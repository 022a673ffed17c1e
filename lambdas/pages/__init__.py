"""PURE: turns a validation report into report.html, the page that people look at."""
