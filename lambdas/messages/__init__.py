"""What travels between the steps of the state machine and lies in the pipeline's bucket.

An execution may be under way when a new version is deployed: a new field has a default, and none
changes its name. ``tests/unit/kept_messages`` has what the versions before have written.
"""
