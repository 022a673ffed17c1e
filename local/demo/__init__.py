"""The demo: one run of the pipeline on the embedded AWS, told as it happens."""
