"""Names of files in the folder that a demo leaves behind."""

MODEL = "model.tar.gz"
FRESH_PICTURE = "fresh-picture.png"
"""What the model may be tried on: of the same kind as the demo's pictures, and in no manifest."""
