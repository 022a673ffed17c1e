"""The images of a manifest: what their bytes say, and whether that fits their lines. Pure."""
