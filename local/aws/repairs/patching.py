"""Puts repairs into ministack's private seams, and takes them out again when the emulator stops."""

from __future__ import annotations

import importlib
from collections.abc import Callable, MutableMapping
from importlib.metadata import version
from typing import Any

MINISTACK_VERSION = "1.5.33"


class SeamMissing(RuntimeError):
    """A private part of ministack that a repair builds on is not as it was when it was written."""

    def __init__(self, seam: str) -> None:
        super().__init__(
            f"{seam} is not what the repair expects: it was written for ministack "
            f"{MINISTACK_VERSION}, installed is {version('ministack')}. Install the pinned one, or "
            "check and adapt the repair in local/aws/repairs."
        )


def ministack(module: str) -> Any:
    """Return the ministack module of that name ("services.sqs"), imported on first use.

    Imported late because ministack reads its environment at import; untyped because its seams are
    private and have no types.
    """
    return importlib.import_module(f"ministack.{module}")


def require_pinned_version() -> None:
    """Raise ``SeamMissing`` unless the ministack that the repairs were written for is installed."""
    require(version("ministack") == MINISTACK_VERSION, "ministack")


def require(holds: bool, seam: str) -> None:
    """Raise ``SeamMissing``, naming the seam, unless the repair's assumption about it holds."""
    if not holds:
        raise SeamMissing(seam)


class Patches:
    """The replacements made so far; ``undo`` restores what was there before them."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def replace(self, owner: Any, name: str, replacement: object) -> None:
        """Set an attribute that must exist already.

        Raises:
            SeamMissing: ``owner`` has no attribute of that name.
        """
        original = self._attribute(owner, name)
        setattr(owner, name, replacement)
        self._undo.append(lambda: setattr(owner, name, original))

    def wrap(self, owner: Any, name: str, wrapper: Callable[..., Any]) -> None:
        """Replace a function by one that receives the original as its first argument.

        Raises:
            SeamMissing: ``owner`` has no callable of that name.
        """
        original = self._attribute(owner, name)
        require(callable(original), f"{owner.__name__}.{name}")

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return wrapper(original, *args, **kwargs)

        self.replace(owner, name, wrapped)

    def put(self, mapping: MutableMapping[Any, Any], key: object, value: object) -> None:
        """Set one entry of a mapping, new or not."""
        existed, previous = key in mapping, mapping.get(key)
        mapping[key] = value
        self._undo.append(
            (lambda: mapping.__setitem__(key, previous))
            if existed
            else (lambda: mapping.__delitem__(key))
        )

    def undo(self) -> None:
        """Restore everything, the latest replacement first."""
        while self._undo:
            self._undo.pop()()

    @staticmethod
    def _attribute(owner: Any, name: str) -> Any:
        require(hasattr(owner, name), f"{owner.__name__}.{name}")
        return getattr(owner, name)
