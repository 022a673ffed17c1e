"""The functions of the pipeline: one handler module a step or event, named after it."""
