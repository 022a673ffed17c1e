"""One thin handler a step or event, named after it: event to typed message to domain to answer."""
