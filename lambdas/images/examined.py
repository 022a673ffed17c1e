"""What came of looking at one image."""

from typing import NamedTuple

from lambdas.manifest.counts.examined_images import ExaminedImages, content_hash
from lambdas.manifest.line.declared_image import DeclaredImage
from lambdas.manifest.rules.rule import Fault


class Examined(NamedTuple):
    """An image that was looked at.

    content: tells whether two images have the same bytes; None where that is not known.
    """

    image: DeclaredImage
    faults: list[Fault]
    content: str | None = None

    @property
    def content_is_unknown(self) -> bool:
        """Whether nobody can tell if a usable image has the bytes of another one."""
        return self.content is None and not any(fault.costs_the_line for fault in self.faults)

    def add_to(self, found: ExaminedImages) -> None:
        """Count the image among those of its manifest that were looked at."""
        image = self.image
        found.examined += 1
        for fault in self.faults:
            found.add_fault(fault, image.line, image.manifest)
        found.content_unknown += self.content_is_unknown
        if self.content is not None:
            found.add_content(content_hash(self.content), image.line, image.manifest)
