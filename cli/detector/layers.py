"""The operators of a network that calculate: one function each, from MXNet's to ONNX's.

Each takes the node, its inputs and the graph, and returns its first output. What an operator does
is defined by MXNet's ``src/operator``; defaults are those of its parameter structs.
"""

from collections.abc import Callable, Sequence

import numpy as np

from cli.detector.anchors import prior_boxes
from cli.detector.errors import NotUsable
from cli.detector.graph import Graph, Tensor, Value
from cli.detector.symbol import Node

Operator = Callable[[Node, Sequence[Value], Graph], Value]


def convolution(node: Node, inputs: Sequence[Value], graph: Graph) -> Value:
    """``Convolution`` (``nn/convolution.cc``): weights are (filters, channels, height, width)."""
    data, weights = image(node, inputs), inputs[1]
    _refuse(node, "layout", ("None", "NCHW"))
    kernel, stride = node.pair("kernel", 0), node.pair("stride", 1)
    dilate, pad = node.pair("dilate", 1), node.pair("pad", 0)
    (groups,) = node.integers("num_group", (1,))
    if min(*kernel, *stride, *dilate) < 1 or min(pad) < 0:
        raise NotUsable(f"{node}: its kernel is {kernel}, its stride {stride}, its pad {pad}")
    if weights.shape[1:] != (data.shape[1] // max(1, groups), *kernel):
        raise NotUsable(f"{node}: weights of shape {weights.shape} do not fit {data.shape}")
    reach = [dilate[axis] * (kernel[axis] - 1) + 1 for axis in (0, 1)]
    grid = (
        (data.shape[2 + axis] + 2 * pad[axis] - reach[axis]) // stride[axis] + 1 for axis in (0, 1)
    )
    names = [data.name, graph.name_of(weights, f"{node.name}/weights")]
    if not node.flag("no_bias", default=False):
        names.append(graph.name_of(inputs[2], f"{node.name}/bias"))
    graph.add(
        "Conv",
        names,
        node.name,
        kernel_shape=kernel,
        strides=stride,
        dilations=dilate,
        pads=pad + pad,
        group=groups,
    )
    return Tensor(node.name, (1, weights.shape[0], *grid))


def batch_norm(node: Node, inputs: Sequence[Value], graph: Graph) -> Value:
    """``BatchNorm`` (``nn/batch_norm.cc``) with its running means; ``fix_gamma`` means 1."""
    data = image(node, inputs)
    _refuse(node, "axis", ("1",))
    gamma, beta, mean, variance = inputs[1:5]
    if isinstance(gamma, Tensor):
        raise NotUsable(f"{node}: gamma is not a weight")
    if node.flag("fix_gamma", default=True):
        gamma = np.ones_like(gamma)
    parts = {"scale": gamma, "shift": beta, "mean": mean, "variance": variance}
    names = [graph.name_of(value, f"{node.name}/{part}") for part, value in parts.items()]
    epsilon = node.number("eps", 1e-3)
    graph.add("BatchNormalization", [data.name, *names], node.name, epsilon=epsilon)
    return Tensor(node.name, data.shape)


def activation(node: Node, inputs: Sequence[Value], graph: Graph) -> Value:
    """``Activation`` (``nn/activation.cc``)."""
    kinds = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh", "softrelu": "Softplus"}
    _refuse(node, "act_type", tuple(kinds))
    data = tensor(node, inputs)
    return Tensor(
        graph.add(kinds[node.text("act_type", "relu")], [data.name], node.name), data.shape
    )


def pooling(node: Node, inputs: Sequence[Value], graph: Graph) -> Value:
    """``Pooling`` (``nn/pooling.cc``).

    The convention "full" rounds up where "valid" rounds down; it is written as more padding at the
    lower right, which every runtime understands alike.
    """
    data = image(node, inputs)
    full = node.text("pooling_convention", "valid") == "full"
    _refuse(node, "pooling_convention", ("valid", "full"))
    _refuse(node, "pool_type", ("max",) if full else ("max", "avg"))
    _refuse(node, "layout", ("None", "NCHW"))
    maximum = node.text("pool_type", "max") == "max"
    if node.flag("global_pool", default=False):
        graph.add("GlobalMaxPool" if maximum else "GlobalAveragePool", [data.name], node.name)
        return Tensor(node.name, (*data.shape[:2], 1, 1))
    kernel, stride, pad = node.pair("kernel", 0), node.pair("stride", 1), node.pair("pad", 0)
    if min(*kernel, *stride) < 1 or min(pad) < 0:
        raise NotUsable(f"{node}: its kernel is {kernel}, its stride {stride}, its pad {pad}")
    grid, more = [], []
    for axis in (0, 1):
        room = data.shape[2 + axis] + 2 * pad[axis] - kernel[axis]
        steps = -(-room // stride[axis]) if full else room // stride[axis]
        grid.append(steps + 1)
        more.append(pad[axis] + max(0, steps * stride[axis] - room))
    counts_padding = node.flag("count_include_pad", default=True)
    graph.add(
        "MaxPool" if maximum else "AveragePool",
        [data.name],
        node.name,
        kernel_shape=kernel,
        strides=stride,
        pads=(*pad, *more),
        **({} if maximum else {"count_include_pad": int(counts_padding)}),
    )
    return Tensor(node.name, (*data.shape[:2], *grid))


def l2_normalization(node: Node, inputs: Sequence[Value], graph: Graph) -> Value:
    """``L2Normalization`` (``l2_normalization-inl.h``): epsilon is added to the sum of squares."""
    data = image(node, inputs)
    modes = {"channel": (1,), "instance": (1, 2, 3), "spatial": (2, 3)}
    _refuse(node, "mode", tuple(modes))
    axes = np.array(modes[node.text("mode", "instance")], np.int64)
    epsilon = np.array(node.number("eps", 1e-10), np.float32)
    name = node.name
    square = graph.add("Mul", [data.name, data.name], f"{name}/square")
    over = [square, graph.constant(f"{name}/axes", axes)]
    total = graph.add("ReduceSum", over, f"{name}/sum", keepdims=1)
    above = [total, graph.constant(f"{name}/epsilon", epsilon)]
    norm = graph.add("Sqrt", [graph.add("Add", above, f"{name}/above")], f"{name}/norm")
    return Tensor(graph.add("Div", [data.name, norm], name), data.shape)


def elementwise(operator: str) -> Operator:
    """Return the function of an operator on two values of shapes that broadcast."""

    def convert(node: Node, inputs: Sequence[Value], graph: Graph) -> Value:
        left, right = inputs[0], inputs[1]
        try:
            shape = np.broadcast_shapes(left.shape, right.shape)
        except ValueError as error:
            raise NotUsable(f"{node}: {left.shape} and {right.shape} do not fit") from error
        names = [
            graph.name_of(left, f"{node.name}/left"),
            graph.name_of(right, f"{node.name}/right"),
        ]
        return Tensor(graph.add(operator, names, node.name), shape)

    return convert


def softmax_over_classes(node: Node, inputs: Sequence[Value], graph: Graph) -> Value:
    """``SoftmaxOutput`` and ``SoftmaxActivation``, as detectors use them: over axis 1."""
    data = tensor(node, inputs)
    if not node.flag("multi_output", default=False) and node.text("mode", "") != "channel":
        raise NotUsable(f"{node}: not a softmax over the classes of each anchor")
    return Tensor(graph.add("Softmax", [data.name], node.name, axis=1), data.shape)


def multibox_prior(node: Node, inputs: Sequence[Value], graph: Graph) -> Value:  # noqa: ARG001
    """``_contrib_MultiBoxPrior``: the same for all images, so an array."""
    return prior_boxes(node, *image(node, inputs).shape[2:])


def unchanged(node: Node, inputs: Sequence[Value], graph: Graph) -> Value:  # noqa: ARG001
    """Hand on what an operator takes that does nothing outside training."""
    return inputs[0]


def tensor(node: Node, inputs: Sequence[Value]) -> Tensor:
    """Return a node's first input; raises ``NotUsable`` where it is a constant."""
    if not isinstance(inputs[0], Tensor):
        raise NotUsable(f"{node}: its input does not depend on the image")
    return inputs[0]


def image(node: Node, inputs: Sequence[Value]) -> Tensor:
    """Return a node's first input if it has height and width."""
    found = tensor(node, inputs)
    if len(found.shape) != 4:
        raise NotUsable(f"{node}: its input has the shape {found.shape}, not four lengths")
    return found


def _refuse(node: Node, key: str, known: Sequence[str]) -> None:
    """Raise ``NotUsable`` for a value of an attribute that is not converted."""
    if key in node.attributes and node.attributes[key] not in known:
        raise node.unusable(key, " or ".join(known))
