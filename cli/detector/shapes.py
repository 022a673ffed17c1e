"""The operators of a network that only move numbers: one function each, on tensors and arrays."""

import math
from collections.abc import Sequence

import numpy as np

from cli.detector.errors import NotUsable
from cli.detector.graph import Array, Graph, Tensor, Value
from cli.detector.symbol import Node


def concat(node: Node, inputs: Sequence[Value], graph: Graph) -> Value:
    """``Concat`` along an axis, all tensors or all arrays."""
    (axis,) = node.integers("dim", (1,))
    first = inputs[0].shape
    if not 0 <= axis < len(first) or any(
        _but(value.shape, axis) != _but(first, axis) for value in inputs
    ):
        raise NotUsable(f"{node}: shapes {[value.shape for value in inputs]} do not fit")
    tensors = [value for value in inputs if isinstance(value, Tensor)]
    if not tensors:
        return np.concatenate([value for value in inputs if not isinstance(value, Tensor)], axis)
    if len(tensors) < len(inputs):
        raise NotUsable(f"{node}: only some of its inputs depend on the image")
    graph.add("Concat", [each.name for each in tensors], node.name, axis=axis)
    length = sum(each.shape[axis] for each in tensors)
    return Tensor(node.name, (*first[:axis], length, *first[axis + 1 :]))


def flatten(node: Node, inputs: Sequence[Value], graph: Graph) -> Value:
    """``Flatten``: all axes but the first become one."""
    shape = (inputs[0].shape[0], math.prod(inputs[0].shape[1:]))
    return _reshaped(node, inputs[0], shape, graph)


def reshape(node: Node, inputs: Sequence[Value], graph: Graph) -> Value:
    """``Reshape`` (``tensor/matrix_op.cc``) with 0 for "as it is" and -1 for "the rest"."""
    value, target = inputs[0], node.integers("shape", ())
    if (
        not target
        or min(target) < -1
        or target.count(-1) > 1
        or 0 in target[len(value.shape) :]
        or node.flag("reverse", default=False)
    ):
        raise node.unusable("shape", "lengths, 0 and at most one -1")
    shape = [value.shape[axis] if length == 0 else length for axis, length in enumerate(target)]
    if -1 in shape:
        shape[shape.index(-1)] = math.prod(value.shape) // max(1, -math.prod(shape))
    return _reshaped(node, value, tuple(shape), graph)


def transpose(node: Node, inputs: Sequence[Value], graph: Graph) -> Value:
    """``transpose``; without axes, their order is reversed."""
    value = inputs[0]
    axes = node.integers("axes", tuple(range(len(value.shape)))[::-1])
    if sorted(axes) != list(range(len(value.shape))):
        raise node.unusable("axes", f"an order of {len(value.shape)} axes")
    if not isinstance(value, Tensor):
        return value.transpose(axes)
    graph.add("Transpose", [value.name], node.name, perm=axes)
    return Tensor(node.name, tuple(value.shape[axis] for axis in axes))


def _reshaped(node: Node, value: Value, shape: tuple[int, ...], graph: Graph) -> Value:
    if math.prod(shape) != math.prod(value.shape):
        raise NotUsable(f"{node}: {value.shape} cannot become {shape}")
    if not isinstance(value, Tensor):
        array: Array = value.reshape(shape)
        return array
    target = graph.constant(f"{node.name}/shape", np.array(shape, np.int64))
    return Tensor(graph.add("Reshape", [value.name, target], node.name), shape)


def _but(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    return shape[:axis] + shape[axis + 1 :]
