"""Writes every line that is in neither channel to rejected.jsonl, with the codes that say why."""

import msgspec

from lambdas.manifest.format import MAX_CHARACTERS, ManifestName
from lambdas.manifest.split.channel import Output, Sink


class RejectedLine(msgspec.Struct):
    """One line of rejected.jsonl; ``record`` is the raw text, up to 100,000 characters of it."""

    line: int
    manifest: ManifestName
    codes: list[str]
    record: str


class RejectedLines:
    """The lines left out, in order."""

    def __init__(self, sink: Sink) -> None:
        self._output = Output(sink)
        self._encode = msgspec.json.Encoder().encode

    def add(self, raw: bytes, line: int, manifest: ManifestName, codes: list[str]) -> None:
        """Write one line that is left out; bytes that are not UTF-8 show as escapes."""
        text = raw.rstrip(b"\r").decode("utf-8", "backslashreplace")[:MAX_CHARACTERS]
        self._output.write(self._encode(RejectedLine(line, manifest, codes, text)) + b"\n")

    def close(self) -> None:
        """Hand over what is buffered."""
        self._output.flush()
