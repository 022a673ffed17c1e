"""The image checks beside other ways."""
