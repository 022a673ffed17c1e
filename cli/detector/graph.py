"""The ONNX graph while it is written: its nodes, and the constants that they use."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Tensor:
    """What a node of the graph yields: its name and shape, the batch of one included."""

    name: str
    shape: tuple[int, ...]


Value = Tensor | Array
"""A tensor that is calculated for each image, or an array that is the same for all."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in the order of calculation, and constants by name."""

    nodes: list[NodeProto] = field(default_factory=list)
    constants: dict[str, TensorProto] = field(default_factory=dict)

    def constant(self, name: str, array: Array) -> str:
        """Put a constant into the file, once a name; return the name."""
        if name not in self.constants:
            little_endian = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"))
            self.constants[name] = numpy_helper.from_array(little_endian.reshape(array.shape), name)
        return name

    def add(self, operator: str, inputs: Sequence[str], name: str, **attributes: Any) -> str:
        """Append a node with one output, which is called like the node; return the name."""
        self.add_with_outputs(operator, inputs, (name,), **attributes)
        return name

    def add_with_outputs(
        self, operator: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any
    ) -> None:
        """Append a node with several outputs, called like the first."""
        self.nodes.append(
            helper.make_node(operator, inputs, outputs, name=outputs[0], **attributes)
        )

    def name_of(self, value: Value, name: str) -> str:
        """Return what to call a value as an input; an array becomes the constant ``name``."""
        if isinstance(value, Tensor):
            return value.name
        return self.constant(name, np.asarray(value, np.float32))
