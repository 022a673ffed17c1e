"""Pure: the training job's request and name, and the protocols that start, await and close it."""
