"""Reads an MXNet ``symbol.json``: the nodes of a network, each after those it takes in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from cli.detector.errors import NotUsable
from lambdas.pages.visible import visible

VARIABLE = "null"
"""The operator of a node that is not calculated: the image, a weight, a label."""

DETECTION = "_contrib_MultiBoxDetection"

_DATA_ONLY = frozenset({"SoftmaxOutput", "MakeLoss"})
"""Operators whose further inputs are for training: labels."""

_NUMBERS = re.compile(r"[(\[]?\s*([-+.\w]+(?:\s*,\s*[-+.\w]+)*)?\s*,?\s*[)\]]?")


@dataclass(frozen=True, slots=True)
class Node:
    """One operator of a network.

    ``inputs`` are the positions of the nodes that it takes in.
    """

    operator: str
    name: str
    inputs: tuple[int, ...]
    attributes: Mapping[str, str]

    def __str__(self) -> str:
        """Name it as a person finds it in the symbol."""
        return f"{visible(self.operator, 60)} {visible(self.name, 60)}"

    def text(self, key: str, default: str) -> str:
        """Return an attribute as it is written."""
        return self.attributes.get(key, default)

    def flag(self, key: str, *, default: bool) -> bool:
        """Return an attribute that is true or false, as MXNet reads it."""
        return self.attributes[key] in ("True", "true", "1") if key in self.attributes else default

    def numbers(self, key: str, default: Sequence[float]) -> tuple[float, ...]:
        """Return an attribute like ``(0.1,0.2)``; the default where it is absent or empty."""
        found = _NUMBERS.fullmatch(self.attributes.get(key, ""))
        if not found:
            raise self.unusable(key, "a list of numbers")
        try:
            return (
                tuple(float(each) for each in found[1].split(","))
                if found[1]
                else tuple(map(float, default))
            )
        except ValueError:
            raise self.unusable(key, "a list of numbers") from None

    def number(self, key: str, default: float) -> float:
        """Return an attribute that is one number."""
        numbers = self.numbers(key, (default,))
        if len(numbers) != 1:
            raise self.unusable(key, "a number")
        return numbers[0]

    def integers(self, key: str, default: Sequence[int]) -> tuple[int, ...]:
        """Return an attribute like ``(0, 2, 3, 1)``."""
        numbers = self.numbers(key, default)
        if not all(abs(number) < 1 << 31 and number.is_integer() for number in numbers):
            raise self.unusable(key, "a list of whole numbers")
        return tuple(int(number) for number in numbers)

    def pair(self, key: str, default: int) -> tuple[int, int]:
        """Return an attribute like ``(3, 3)``: height and width."""
        numbers = self.integers(key, (default, default))
        if len(numbers) != 2:
            raise self.unusable(key, "two whole numbers")
        return numbers[0], numbers[1]

    def unusable(self, key: str, wanted: str) -> NotUsable:
        """Return the error that an attribute is something else than wanted."""
        return NotUsable(f"{self}: {key} is {visible(self.text(key, ''), 60)!r}, not {wanted}")


class _FileNode(msgspec.Struct):
    op: str
    name: str
    inputs: list[list[int]]
    attrs: dict[str, str] = {}
    attr: dict[str, str] = {}
    """The name of ``attrs`` before MXNet 1.0."""
    param: dict[str, str] = {}
    """The name of ``attr`` before MXNet 0.9."""


class _File(msgspec.Struct):
    nodes: list[_FileNode]


def read_symbol(data: bytes) -> tuple[Node, ...]:
    """Return the nodes of a ``symbol.json``; raises ``NotUsable`` where it is not one."""
    try:
        file = msgspec.json.decode(data, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotUsable(f"the symbol cannot be read: {visible(str(error))}") from error
    return tuple(_node(position, node) for position, node in enumerate(file.nodes))


def _node(position: int, node: _FileNode) -> Node:
    inputs = node.inputs[:1] if node.op in _DATA_ONLY else node.inputs
    for entry in inputs:
        if not 2 <= len(entry) <= 3 or not 0 <= entry[0] < position:
            raise NotUsable(f"the symbol's node {visible(node.name, 60)} has inputs of no node")
    attributes = node.attrs or node.attr or node.param
    return Node(node.op, node.name, tuple(entry[0] for entry in inputs), attributes)


def detection_node(nodes: Sequence[Node]) -> int:
    """Return the position of the node that turns predictions into boxes."""
    found = [position for position, node in enumerate(nodes) if node.operator == DETECTION]
    if len(found) != 1:
        raise NotUsable(f"the symbol has {len(found)} nodes {DETECTION}; a detector has one")
    return found[0]


def needed(nodes: Sequence[Node], last: int) -> list[int]:
    """Return the positions of all nodes that lead to one, in order; the losses are not among."""
    wanted = {last}
    for position in range(last, -1, -1):
        if position in wanted:
            wanted.update(nodes[position].inputs)
    return sorted(wanted)
