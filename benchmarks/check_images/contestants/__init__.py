"""Ways to look at images in S3."""
