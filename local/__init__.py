"""What a laptop has instead of an account: the embedded AWS, and the demo that runs on it."""
