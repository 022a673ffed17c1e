"""From a network to ONNX: each operator, what is not known, and files that were made to harm."""

import math
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper

from cli.detector.conversion import IMAGE, OPERATORS, Network, convert
from cli.detector.description import Description
from cli.detector.errors import NotUsable
from cli.detector.graph import Graph, Tensor, Value
from cli.detector.session import OnnxDetector
from cli.detector.symbol import Node, read_symbol
from cli.detector.weights import read_weights
from tests.unit.detector.mxnet_files import node, params, smallest_nodes, smallest_weights, symbol

Floats = NDArray[np.float32]
RNG = np.random.default_rng(5)


def description(**changes: Any) -> Description:
    values: dict[str, Any] = {
        "class_names": [],
        "image_shape": 4,
        "mean": [0.0, 0.0, 0.0],
        "model_sha256": "0",
        "exporter": "test",
        **changes,
    }
    return Description(**values)


def network(nodes: list[dict[str, Any]], classes: int = 2) -> Network:
    weights = read_weights(params(smallest_weights(classes)))
    return Network(read_symbol(symbol(*nodes)), weights)


def changed(name: str, **attrs: str) -> list[dict[str, Any]]:
    """The smallest detector with other attributes in one node."""
    return [
        {**each, "attrs": {**each["attrs"], **attrs}} if each["name"] == name else each
        for each in smallest_nodes()
    ]


def calculated(operator: str, inputs: list[Value], data: Floats, **attributes: str) -> Floats:
    """What the node that an operator becomes makes of the image."""
    graph = Graph()
    result = OPERATORS[operator](Node(operator, "out", (0,), attributes), inputs, graph)
    assert isinstance(result, Tensor)
    written = helper.make_graph(
        graph.nodes,
        "one",
        [helper.make_tensor_value_info(IMAGE, TensorProto.FLOAT, data.shape)],
        [helper.make_tensor_value_info(result.name, TensorProto.FLOAT, result.shape)],
        list(graph.constants.values()),
    )
    model = helper.make_model(written, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    found: Floats = session.run([result.name], {IMAGE: data})[0]
    assert found.shape == result.shape
    return found


def image(channels: int = 3, side: int = 5) -> tuple[Tensor, Floats]:
    shape = (1, channels, side, side)
    return Tensor(IMAGE, shape), RNG.normal(size=shape).astype(np.float32)


def test_pooling_by_the_full_convention_takes_in_the_last_row() -> None:
    tensor, data = image(1)
    options = {"kernel": "(2, 2)", "stride": "(2, 2)", "pool_type": "max"}

    full = calculated("Pooling", [tensor], data, pooling_convention="full", **options)
    valid = calculated("Pooling", [tensor], data, pooling_convention="valid", **options)

    assert (full.shape, valid.shape) == ((1, 1, 3, 3), (1, 1, 2, 2))
    assert full[0, 0, 2, 2] == data[0, 0, 4, 4]


def test_average_pooling_counts_the_padding_unless_told_otherwise() -> None:
    tensor, data = image(1, 2)
    options = {"kernel": "(2, 2)", "pad": "(1, 1)", "pool_type": "avg"}

    with_padding = calculated("Pooling", [tensor], data, **options)
    without = calculated("Pooling", [tensor], data, count_include_pad="False", **options)

    np.testing.assert_allclose(with_padding[0, 0, 0, 0], data[0, 0, 0, 0] / 4, rtol=1e-6)
    np.testing.assert_allclose(without[0, 0, 0, 0], data[0, 0, 0, 0], rtol=1e-6)


@pytest.mark.parametrize(("kind", "expected"), [("max", np.max), ("avg", np.mean)])
def test_global_pooling_leaves_one_pixel(kind: str, expected: Any) -> None:
    tensor, data = image(2)
    found = calculated("Pooling", [tensor], data, global_pool="True", pool_type=kind)
    np.testing.assert_allclose(found[:, :, 0, 0], expected(data, axis=(2, 3)), rtol=1e-5)


@pytest.mark.parametrize(
    ("mode", "axes"), [("channel", (1,)), ("spatial", (2, 3)), ("instance", (1, 2, 3))]
)
def test_l2_normalization(mode: str, axes: tuple[int, ...]) -> None:
    tensor, data = image()
    expected = data / np.sqrt((data**2).sum(axis=axes, keepdims=True) + 1e-10)
    found = calculated("L2Normalization", [tensor], data, mode=mode)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("relu", lambda x: np.maximum(x, 0)),
        ("sigmoid", lambda x: 1 / (1 + np.exp(-x))),
        ("tanh", np.tanh),
        ("softrelu", lambda x: np.log1p(np.exp(x))),
    ],
)
def test_activations(kind: str, expected: Any) -> None:
    tensor, data = image()
    found = calculated("Activation", [tensor], data, act_type=kind)
    np.testing.assert_allclose(found, expected(data), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("fixed", [True, False])
def test_batch_norm_uses_the_running_means(fixed: bool) -> None:
    tensor, data = image()
    gamma, beta, mean, variance = RNG.uniform(0.5, 2, (4, 3)).astype(np.float32)
    scale = np.ones(3, np.float32) if fixed else gamma
    expected = (data - mean[:, None, None]) / np.sqrt(variance + 2e-5)[:, None, None]
    inputs: list[Value] = [tensor, gamma, beta, mean, variance]

    found = calculated("BatchNorm", inputs, data, fix_gamma=str(fixed), eps="2e-05")

    np.testing.assert_allclose(
        found, expected * scale[:, None, None] + beta[:, None, None], rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize(
    ("operator", "expected"),
    [("elemwise_add", np.add), ("broadcast_mul", np.multiply), ("_Plus", np.add)],
)
def test_elementwise_operators_broadcast(operator: str, expected: Any) -> None:
    tensor, data = image()
    scale = RNG.normal(size=(1, 3, 1, 1)).astype(np.float32)
    found = calculated(operator, [tensor, scale], data)
    np.testing.assert_allclose(found, expected(data, scale), rtol=1e-6)


def test_a_convolution_in_groups_with_a_bias() -> None:
    tensor, data = image(2, 3)
    weights = np.ones((2, 1, 3, 3), np.float32)
    bias = np.array([1, 2], np.float32)
    options = {"kernel": "(3, 3)", "num_filter": "2", "num_group": "2"}

    found = calculated("Convolution", [tensor, weights, bias], data, **options)

    np.testing.assert_allclose(found[0, :, 0, 0], data[0].sum(axis=(1, 2)) + bias, rtol=1e-5)


def test_a_dilated_convolution_looks_further() -> None:
    tensor, data = image(1, 5)
    weights = np.ones((1, 1, 2, 2), np.float32)
    options = {"kernel": "(2, 2)", "num_filter": "1", "no_bias": "True", "dilate": "(4, 4)"}

    found = calculated("Convolution", [tensor, weights], data, **options)

    np.testing.assert_allclose(found[0, 0], data[0, 0, ::4, ::4].sum(keepdims=True), rtol=1e-5)


def test_an_image_goes_in_and_boxes_come_out() -> None:
    model, named = convert(network(smallest_nodes()), description(class_names=["red", "green"]))
    pixels = np.zeros((4, 4, 3), np.uint8)
    pixels[0, 0] = 255, 0, 0
    pixels[3, 3] = 0, 255, 0

    found = OnnxDetector(model.SerializeToString()).detect(pixels)

    assert named.class_names == ["red", "green"]
    assert [each.class_id for each in found if each.score > 0.99] == [0, 1]
    assert (found[0].xmin, found[0].ymin, found[0].xmax, found[0].ymax) == (0, 0, 0.375, 0.375)


def test_the_mean_is_subtracted() -> None:
    model, _ = convert(network(smallest_nodes()), description(mean=[255.0, 0.0, 0.0]))
    red = np.full((4, 4, 3), (255, 0, 0), np.uint8)

    found = OnnxDetector(model.SerializeToString()).detect(red)

    assert max(each.score for each in found) == pytest.approx(1 / 3, abs=1e-6)


def test_without_names_classes_are_called_by_their_numbers() -> None:
    _, named = convert(network(smallest_nodes(3), 3), description())
    assert named.class_names == ["0", "1", "2"]


def test_a_name_too_few_is_an_error() -> None:
    with pytest.raises(NotUsable, match="1 class names for the 2 classes"):
        convert(network(smallest_nodes()), description(class_names=["red"]))


def test_an_operator_that_is_not_known_is_named() -> None:
    nodes = smallest_nodes()
    nodes[3]["op"] = "Deconvolution"
    with pytest.raises(NotUsable, match="Deconvolution score_t: the operator is not among"):
        convert(network(nodes), description())


def test_weights_that_are_missing_are_named() -> None:
    nodes = smallest_nodes()
    nodes[1]["name"] = "other_weight"
    with pytest.raises(NotUsable, match="has no other_weight"):
        convert(network(nodes), description())


@pytest.mark.parametrize(
    ("name", "attribute", "value"),
    [
        ("score", "layout", "NHWC"),
        ("score", "kernel", "(3, 3)"),
        ("score", "kernel", "(1, 1, 1)"),
        ("score", "pad", "(-1, 0)"),
        ("score", "pad", "(99999, 99999)"),
        ("score", "num_group", "7"),
        ("score", "dilate", "(0, 0)"),
        ("score_t", "axes", "(0, 1)"),
        ("score_r", "shape", "(0, -2, 3)"),
        ("score_r", "shape", "(0, -1, 5)"),
        ("score_r", "shape", "(0, -1, -1)"),
        ("score_r", "reverse", "True"),
        ("cls_prob", "mode", "instance"),
        ("anchors", "sizes", "(" + "0.1," * 100_000 + "0.1)"),
        ("anchors", "steps", "(1, 2, 3)"),
    ],
)
def test_what_cannot_be_converted_is_named(name: str, attribute: str, value: str) -> None:
    with pytest.raises(NotUsable, match=name):
        convert(network(changed(name, **{attribute: value})), description())


def test_an_image_shape_that_leaves_nothing_is_explained() -> None:
    with pytest.raises(NotUsable, match=r"score: nothing is left of the image"):
        convert(network(smallest_nodes()), description(image_shape=0))


def test_a_tensor_that_no_machine_holds_is_refused() -> None:
    with pytest.raises(NotUsable, match=r"score: it yields 120,0"):
        convert(network(changed("score", pad="(99999, 99999)")), description())


def test_constants_that_multiply_are_refused() -> None:
    """A hundred names of one large constant would be joined to gigabytes."""
    nodes = smallest_nodes()
    nodes[12:] = [
        node("null", "large"),
        node("Concat", "anchors", *([12] * 100), dim="0", num_args="100"),
        node("_contrib_MultiBoxDetection", "detection", 7, 11, 13),
    ]
    weights = {**network(nodes).weights, "large": np.zeros((2_000_000, 4), np.float32)}
    with pytest.raises(NotUsable, match=r"anchors: it takes in"):
        convert(Network(read_symbol(symbol(*nodes)), weights), description())


MUTATIONS = st.sampled_from(
    ["0", "-1", "(1, 1)", "(0, 0)", "(2, 2)", "(9999999, 1)", "nan", "(0, -1, 4)", "True", "x", ""]
)


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, 13),
    st.sampled_from([*OPERATORS, "_contrib_MultiBoxDetection", "null"]),
    st.lists(st.integers(0, 12), max_size=4),
    st.dictionaries(
        st.sampled_from(["kernel", "stride", "pad", "shape", "axes", "dim", "sizes", "act_type"]),
        MUTATIONS,
        max_size=3,
    ),
)
def test_a_changed_node_gives_a_sound_model_or_a_sentence(
    position: int, operator: str, inputs: list[int], attributes: dict[str, str]
) -> None:
    nodes = smallest_nodes()
    changed_node = node(operator, nodes[position]["name"], *inputs, **attributes)
    nodes[position] = changed_node
    try:
        model, _ = convert(network(nodes), description())
    except NotUsable:
        return
    assert (
        math.prod(each.dim_value for each in model.graph.input[0].type.tensor_type.shape.dim) == 48
    )
