"""The ``gt-train`` command."""
