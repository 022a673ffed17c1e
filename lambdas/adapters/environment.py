"""The function's settings, read from its environment once a process."""

import os
from functools import cache

from lambdas.settings import SettingsT, load


@cache
def settings(kind: type[SettingsT]) -> SettingsT:
    """Return the settings of a function."""
    return load(kind, os.environ)
