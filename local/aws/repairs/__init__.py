"""Repairs of ministack, one module per service, put in place while an ``EmbeddedAws`` runs."""
