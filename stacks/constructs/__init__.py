"""One capability of the pipeline a module."""
