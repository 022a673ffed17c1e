"""From an MXNet detector to one ONNX model, without MXNet."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from onnx import ModelProto, TensorProto, checker, defs, helper, shape_inference

from cli.detector import detection, layers, shapes
from cli.detector.description import Description
from cli.detector.errors import NotUsable
from cli.detector.graph import Array, Graph, Tensor, Value
from cli.detector.symbol import VARIABLE, Node, detection_node, needed
from lambdas.pages.visible import visible

IMAGE = "data"
"""The input, float32 (1, 3, image_shape, image_shape): R, G and B from 0 to 255."""

OPSET = 13
IR_VERSION = 7
"""Old enough for every runtime in use, new enough for all operators that are written."""

LARGEST_TENSOR = 1 << 27
"""Numbers. The largest of the algorithm's networks, vgg-16 at 512, has 2²⁴ in one tensor."""

OPERATORS: Mapping[str, layers.Operator] = {
    "Convolution": layers.convolution,
    "BatchNorm": layers.batch_norm,
    "Activation": layers.activation,
    "Pooling": layers.pooling,
    "L2Normalization": layers.l2_normalization,
    "elemwise_add": layers.elementwise("Add"),
    "_Plus": layers.elementwise("Add"),
    "_plus": layers.elementwise("Add"),
    "broadcast_add": layers.elementwise("Add"),
    "elemwise_mul": layers.elementwise("Mul"),
    "broadcast_mul": layers.elementwise("Mul"),
    "SoftmaxOutput": layers.softmax_over_classes,
    "SoftmaxActivation": layers.softmax_over_classes,
    "_contrib_MultiBoxPrior": layers.multibox_prior,
    "_copy": layers.unchanged,
    "identity": layers.unchanged,
    "Dropout": layers.unchanged,
    "Concat": shapes.concat,
    "Flatten": shapes.flatten,
    "Reshape": shapes.reshape,
    "transpose": shapes.transpose,
}
"""By the name in the symbol."""


@dataclass(frozen=True, slots=True)
class Network:
    """A network as the algorithm leaves it: its nodes, and its weights by name."""

    nodes: Sequence[Node]
    weights: Mapping[str, Array]


def convert(
    network: Network, description: Description, *, heads: bool = False
) -> tuple[ModelProto, Description]:
    """Return the ONNX model of a network and its description with a name for each class.

    Args:
        network: what the algorithm left.
        description: what the model says about itself; ``image_shape`` and ``mean`` also decide
            how it is built. Without class names, classes are called by their numbers.
        heads: whether the scores and corrections of all anchors are outputs, too.

    Raises:
        NotUsable: the network has an operator that is not known, or does not fit together, or
            there are not as many class names as classes.
    """
    graph = Graph()
    last = detection_node(network.nodes)
    values = _values(network, last, description, graph)
    node = network.nodes[last]
    if len(node.inputs) != 3:
        raise NotUsable(f"{node}: {len(node.inputs)} inputs, not scores, corrections and anchors")
    scores, corrections, anchors = (values[position] for position in node.inputs)
    if (
        not isinstance(scores, Tensor)
        or not isinstance(corrections, Tensor)
        or isinstance(anchors, Tensor)
    ):
        raise NotUsable(f"{node}: its inputs are not scores, corrections and anchors")
    detection.detections(node, scores, corrections, anchors, graph)
    outputs = [Tensor(detection.OUTPUT, ()), *((scores, corrections) if heads else ())]
    named = _named(description, scores.shape[1] - 1)
    return _checked(_model(graph, outputs, named)), named


def _named(description: Description, classes: int) -> Description:
    """Return the description with a name for each class: its number, where no names are known.

    Only the network says how many classes there are. In AWS's own sample of a trained model,
    ``hyperparams.json`` says something else.
    """
    names = description.class_names or [str(class_id) for class_id in range(classes)]
    if len(names) != classes:
        raise NotUsable(f"{len(names)} class names for the {classes} classes of the network")
    return msgspec.structs.replace(description, class_names=names)


def _values(
    network: Network, last: int, description: Description, graph: Graph
) -> dict[int, Value]:
    """Convert all nodes before the last; return their values by position."""
    values: dict[int, Value] = {}
    for position in needed(network.nodes, last)[:-1]:
        node = network.nodes[position]
        if node.operator != VARIABLE:
            values[position] = _converted(node, [values[each] for each in node.inputs], graph)
        elif node.name == IMAGE:
            values[position] = _image(description, graph)
        elif node.name in network.weights:
            values[position] = network.weights[node.name]
        else:
            raise NotUsable(f"the .params file has no {visible(node.name, 60)}")
    return values


def _image(description: Description, graph: Graph) -> Tensor:
    shape = (1, 3, description.image_shape, description.image_shape)
    if not any(description.mean):
        return Tensor(IMAGE, shape)
    mean = np.array(description.mean, np.float32).reshape(1, 3, 1, 1)
    subtracted = [IMAGE, graph.constant(f"{IMAGE}/mean", mean)]
    return Tensor(graph.add("Sub", subtracted, f"{IMAGE}/without_mean"), shape)


def _converted(node: Node, inputs: Sequence[Value], graph: Graph) -> Value:
    if node.operator not in OPERATORS:
        raise NotUsable(f"{node}: the operator is not among those that are converted")
    arrays = sum(each.size for each in inputs if not isinstance(each, Tensor))
    if arrays > LARGEST_TENSOR:
        raise NotUsable(f"{node}: it takes in {arrays:,} numbers")
    try:
        value = OPERATORS[node.operator](node, inputs, graph)
    except (IndexError, ValueError) as error:
        raise NotUsable(f"{node}: its inputs are not those of its operator") from error
    if min(value.shape, default=1) < 1:
        raise NotUsable(f"{node}: nothing is left of the image; is image_shape right?")
    if math.prod(value.shape) > LARGEST_TENSOR:
        raise NotUsable(f"{node}: it yields {math.prod(value.shape):,} numbers")
    return value


def _model(graph: Graph, outputs: Sequence[Tensor], description: Description) -> ModelProto:
    size = description.image_shape
    boxes = helper.make_tensor_value_info(outputs[0].name, TensorProto.FLOAT, ["boxes", 6])
    heads = [
        helper.make_tensor_value_info(each.name, TensorProto.FLOAT, each.shape)
        for each in outputs[1:]
    ]
    image = helper.make_tensor_value_info(IMAGE, TensorProto.FLOAT, [1, 3, size, size])
    written = helper.make_graph(
        graph.nodes, "detector", [image], [boxes, *heads], list(graph.constants.values())
    )
    model = helper.make_model(
        written,
        opset_imports=[helper.make_opsetid(defs.ONNX_DOMAIN, OPSET)],
        ir_version=IR_VERSION,
        producer_name="gt-train",
    )
    helper.set_model_props(model, description.to_metadata())
    return model


def _checked(model: ModelProto) -> ModelProto:
    """Return a model that ONNX's own checker and shape inference find nothing wrong with."""
    try:
        checker.check_model(model)
        shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    except (checker.ValidationError, shape_inference.InferenceError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise NotUsable(f"the converted model is not sound: {visible(reason)}") from error
    return model
