"""Pure: what an execution is started with and called, and what people hear of its end."""
