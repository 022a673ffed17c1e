"""What is said where a model or an image cannot be used."""


class NotUsable(Exception):
    """A model, an image or an option that cannot be used; the message is one line."""
