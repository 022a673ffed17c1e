"""Fills what the functions read, ``lambdas.settings``, from what the owner has chosen."""

from typing import Any

import msgspec

from lambdas.settings import SettingsT
from stacks.settings.fields import PipelineSettings


def function_settings(
    kind: type[SettingsT], chosen: PipelineSettings, **deployed: Any
) -> SettingsT:
    """Return the settings of a function: each field is the owner's choice of the same name.

    ``deployed`` has the fields that only the template knows, such as ``bucket``; it wins over a
    choice of the same name. Raises ``TypeError`` for a field that neither has.
    """
    by_name = {
        field.name: getattr(chosen, field.name)
        for field in msgspec.structs.fields(kind)
        if hasattr(chosen, field.name)
    }
    return kind(**by_name | deployed)
