"""Where a record goes: to a channel of the training job, or to the rejected lines."""
