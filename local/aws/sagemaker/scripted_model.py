"""A model that answers what a test wrote into it: for tests that are not about learning."""

from typing import Self

import msgspec

from local.aws.sagemaker.model_archive import NotThisArchive, pack, unpack

DOCUMENT = "scripted.json"

Row = tuple[float, float, float, float, float, float]
"""Class, score, left, top, right and bottom; boxes are shares of the picture's width and height."""

NOTHING: Row = (-1.0, -1.0, -1.0, -1.0, -1.0, -1.0)
"""A row that shows nothing, as the algorithm's answers have them."""


class ScriptedModel(msgspec.Struct, frozen=True, kw_only=True):
    """The document of a ``model.tar.gz`` that was not trained; without answers it sees nothing."""

    what: str = "Not a model: nothing was trained. It answers what a test wrote."
    answers: dict[str, tuple[Row, ...]] = {}
    """By the key of the image, from its last ``/`` on."""
    otherwise: tuple[Row, ...] = (NOTHING,)
    """The answer about every other image."""

    def to_bytes(self) -> bytes:
        """Pack it as ``model.tar.gz``."""
        return pack({DOCUMENT: msgspec.json.format(msgspec.json.encode(self))})

    @classmethod
    def from_bytes(cls, packed: bytes) -> Self | None:
        """Unpack one; None where the artifact is something else."""
        try:
            (document,) = unpack(packed, DOCUMENT)
        except NotThisArchive:
            return None
        return msgspec.json.decode(document, type=cls)

    def answer(self, key: str) -> tuple[Row, ...]:
        """Return the rows about an image."""
        return self.answers.get(key.rpartition("/")[2], self.otherwise)
