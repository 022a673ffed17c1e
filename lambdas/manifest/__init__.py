"""The pure core: validates a manifest, splits it, and derives what training needs of it."""
