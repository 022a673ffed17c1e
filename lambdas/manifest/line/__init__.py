"""One line to a record, or to the rules it breaks, each of which stands beside its check."""
