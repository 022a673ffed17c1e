"""Pure: the request of a training job, and the verdict on how it ended."""
