"""The ways to validate a manifest, one a module, each with ``run(path, out) -> Result``."""
