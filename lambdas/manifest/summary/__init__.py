"""What follows from the counts once the last line was read."""
