"""PURE: measures what a detector finds against labelled boxes. Definitions: docs/metrics.md."""
