"""Lists the images of both channels for those who look at the images themselves."""

import msgspec

from lambdas.manifest.format import ManifestName
from lambdas.manifest.line.declared_image import declared_image
from lambdas.manifest.line.record import Record
from lambdas.manifest.split.channel import Output, Sink


class AcceptedImages:
    """The images in the order of their lines, each a ``DeclaredImage`` as a line of JSON."""

    def __init__(self, sink: Sink) -> None:
        self._output = Output(sink)
        self._encode = msgspec.json.Encoder().encode

    def add(self, record: Record, line: int, manifest: ManifestName) -> None:
        """Write one image."""
        self._output.write(self._encode(declared_image(record, line, manifest)) + b"\n")

    def close(self) -> None:
        """Hand over what is buffered."""
        self._output.flush()
