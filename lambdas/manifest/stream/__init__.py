"""Bytes to lines: what is not a manifest, and which label attribute is trained on."""
