"""Pure: which models the registry takes, what they are called there and how they are judged."""
