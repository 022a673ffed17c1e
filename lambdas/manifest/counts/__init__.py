"""What is counted while the lines pass by."""
