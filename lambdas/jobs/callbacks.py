"""A task token as it is kept until its job ends."""

from dataclasses import dataclass

from lambdas.messages.job import Callback


@dataclass(frozen=True, slots=True)
class KeptCallback:
    """A token and what tells this record of it from one that replaces it."""

    callback: Callback
    tag: str
