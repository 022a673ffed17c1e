"""The detectors that the built-in algorithm trains, as MXNet symbols of any width.

Layers, names, anchors and heads are those of symbols that SageMaker wrote
(``model/model_algo_1-symbol.json`` in github.com/laurentCoach/Boats-Detection-With-Google-Maps,
``deploy_model_algo_1-symbol.json`` in
github.com/aws-samples/amazon-sagemaker-aws-greengrass-custom-object-detection-model) and, for
vgg-16, of the project that they follow (github.com/zhreshold/mxnet-ssd, ``symbol/``).
Runs in MXNet's environment; see README.md.
"""

from dataclasses import dataclass
from typing import Any

import mxnet as mx

VARIANCES = (0.1, 0.1, 0.2, 0.2)
RATIOS = {3: (1, 2, 0.5), 5: (1, 2, 0.5, 3, 0.333333333333)}
SIX_SIZES = (
    (0.1, 0.141421),
    (0.2, 0.272029),
    (0.37, 0.44699),
    (0.54, 0.619193),
    (0.71, 0.790443),
    (0.88, 0.961249),
)
SEVEN_SIZES = (
    (0.07, 0.1025),
    (0.15, 0.2121),
    (0.3, 0.3674),
    (0.45, 0.5196),
    (0.6, 0.6708),
    (0.75, 0.8216),
    (0.9, 0.9721),
)


@dataclass(frozen=True)
class Layout:
    """What sets one detector apart.

    divisor: of the real number of filters. layers: 6, or 7 as vgg-16 has from 448 pixels on.
    """

    base: str
    classes: int
    layers: int = 6
    divisor: int = 1
    steps: tuple[float, ...] = ()
    force_suppress: bool = False

    def filters(self, count: int) -> int:
        return max(2, count // self.divisor)


def training_symbol(layout: Layout) -> Any:
    """Return the symbol as it lies in model.tar.gz: with the label and the losses."""
    scores, corrections, anchors = _predictions(layout)
    label = mx.sym.Variable("label")
    target = mx.contrib.symbol.MultiBoxTarget(
        anchors,
        label,
        scores,
        overlap_threshold=0.5,
        ignore_label=-1,
        negative_mining_ratio=3,
        minimum_negative_samples=0,
        negative_mining_thresh=0.5,
        variances=VARIANCES,
        name="multibox_target",
    )
    probabilities = mx.sym.SoftmaxOutput(
        data=scores,
        label=target[2],
        ignore_label=-1,
        use_ignore=True,
        grad_scale=1.0,
        multi_output=True,
        normalization="valid",
        name="cls_prob",
    )
    loss = mx.sym.smooth_l1(target[1] * (corrections - target[0]), scalar=1.0, name="loc_loss_")
    return mx.sym.Group(
        [
            probabilities,
            mx.sym.MakeLoss(loss, grad_scale=1.0, normalization="valid", name="loc_loss"),
            mx.sym.MakeLoss(target[2], grad_scale=0, name="cls_label"),
            mx.sym.MakeLoss(
                _detection(layout, probabilities, corrections, anchors),
                grad_scale=0,
                name="det_out",
            ),
        ]
    )


def deployed_symbol(layout: Layout) -> Any:
    """Return the symbol as mxnet-ssd's ``deploy.py`` makes it, without losses."""
    scores, corrections, anchors = _predictions(layout)
    probabilities = mx.sym.SoftmaxActivation(data=scores, mode="channel", name="cls_prob")
    return _detection(layout, probabilities, corrections, anchors)


def _detection(layout: Layout, probabilities: Any, corrections: Any, anchors: Any) -> Any:
    return mx.contrib.symbol.MultiBoxDetection(
        probabilities,
        corrections,
        anchors,
        name="detection",
        nms_threshold=0.45,
        force_suppress=layout.force_suppress,
        variances=VARIANCES,
        nms_topk=400,
    )


def _predictions(layout: Layout) -> tuple[Any, Any, Any]:
    features = _resnet50(layout) if layout.base == "resnet-50" else _vgg16(layout)
    ratios = (3, 5, 5, 5, 5, 3, 3) if layout.layers == 7 else (3, 5, 5, 5, 3, 3)
    sizes = SEVEN_SIZES if layout.layers == 7 else SIX_SIZES
    corrections, scores, anchors = [], [], []
    for index, layer in enumerate(features):
        name = layer.name
        scaled = layout.base == "vgg-16" and index == 0
        feature = _scaled(layer, layout.filters(512)) if scaled else layer
        boxes = ratios[index] + 1
        corrections.append(_head(feature, f"{name}_loc_pred_conv", boxes * 4))
        scores.append(_head(feature, f"{name}_cls_pred_conv", boxes * (layout.classes + 1)))
        step = layout.steps[index] if layout.steps else -1.0
        prior = mx.contrib.symbol.MultiBoxPrior(
            feature,
            sizes=_written(sizes[index]),
            ratios=_written(RATIOS[ratios[index]]),
            clip=False,
            steps=(step, step),
            name=f"{name}_anchors",
        )
        anchors.append(mx.sym.Flatten(prior))
    every = mx.sym.Concat(*scores, dim=1)
    by_anchor = mx.sym.Reshape(every, shape=(0, -1, layout.classes + 1))
    return (
        mx.sym.transpose(by_anchor, axes=(0, 2, 1), name="multibox_cls_pred"),
        mx.sym.Concat(*corrections, dim=1, name="multibox_loc_pred"),
        mx.sym.Reshape(mx.sym.Concat(*anchors, dim=1), shape=(0, -1, 4), name="multibox_anchors"),
    )


def _scaled(layer: Any, filters: int) -> Any:
    scale = mx.sym.Variable(
        f"{layer.name}_scale", shape=(1, filters, 1, 1), init=mx.init.Constant(20)
    )
    norm = mx.sym.L2Normalization(layer, mode="channel", name=f"{layer.name}_norm")
    return mx.sym.broadcast_mul(lhs=scale, rhs=norm)


def _written(numbers: tuple[float, ...]) -> str:
    return "(" + ",".join(str(number) for number in numbers) + ")"


def _head(feature: Any, name: str, filters: int) -> Any:
    bias = mx.sym.Variable(f"{name}_bias", init=mx.init.Constant(0.0))
    predictions = mx.sym.Convolution(
        feature, bias=bias, kernel=(3, 3), pad=(1, 1), num_filter=filters, name=name
    )
    return mx.sym.Flatten(mx.sym.transpose(predictions, axes=(0, 2, 3, 1)))


def _extra(
    layout: Layout, features: list[Any], wide: list[int], ends: tuple[int, ...]
) -> list[Any]:
    """Append the layers beyond the base network; ends: those with stride 1 and no padding."""
    for index, filters in enumerate(wide, 2):
        stride, pad = (1, 0) if index in ends else (2, 1)
        narrow = layout.filters(max(128, filters // 2))
        name = f"multi_feat_{index}_conv"
        reduced = _conv_relu(features[-1], f"{name}_1x1", narrow, 1, 0, 1)
        features.append(_conv_relu(reduced, f"{name}_3x3", layout.filters(filters), 3, pad, stride))
    return features


def _conv_relu(data: Any, name: str, filters: int, kernel: int, pad: int, stride: int) -> Any:
    conv = mx.sym.Convolution(
        data,
        kernel=(kernel, kernel),
        pad=(pad, pad),
        stride=(stride, stride),
        num_filter=filters,
        name=f"{name}_conv",
    )
    return mx.sym.Activation(conv, act_type="relu", name=f"{name}_relu")


def _vgg16(layout: Layout) -> list[Any]:
    data, found = mx.sym.Variable("data"), []
    for group, (count, filters) in enumerate(((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)), 1):
        for layer in range(1, count + 1):
            conv = mx.sym.Convolution(
                data,
                kernel=(3, 3),
                pad=(1, 1),
                num_filter=layout.filters(filters),
                name=f"conv{group}_{layer}",
            )
            data = mx.sym.Activation(conv, act_type="relu", name=f"relu{group}_{layer}")
        if group == 4:
            found.append(data)
        if group == 5:
            shape: dict[str, Any] = {"kernel": (3, 3), "stride": (1, 1), "pad": (1, 1)}
        else:
            shape = {"kernel": (2, 2), "stride": (2, 2), "pooling_convention": "full"}
        data = mx.sym.Pooling(data, pool_type="max", name=f"pool{group}", **shape)
    conv6 = mx.sym.Convolution(
        data,
        kernel=(3, 3),
        pad=(6, 6),
        dilate=(6, 6),
        num_filter=layout.filters(1024),
        name="fc6",
    )
    relu6 = mx.sym.Activation(conv6, act_type="relu", name="relu6")
    conv7 = mx.sym.Convolution(relu6, kernel=(1, 1), num_filter=layout.filters(1024), name="fc7")
    found.append(mx.sym.Activation(conv7, act_type="relu", name="relu7"))
    if layout.layers == 7:
        found = _extra(layout, found, [512, 256, 256, 256], ())
        last = _conv_relu(found[-1], "multi_feat_6_conv_1x1", layout.filters(128), 1, 0, 1)
        found.append(_conv_relu(last, "multi_feat_6_conv_3x3", layout.filters(256), 3, 1, 1))
        return found
    return _extra(layout, found, [512, 256, 256, 256], (4, 5))


def _resnet50(layout: Layout) -> list[Any]:
    """Return the residual network, version 2: batch norm and relu before each convolution."""
    data = mx.sym.identity(mx.sym.Variable("data"), name="id")
    data = mx.sym.BatchNorm(data, fix_gamma=True, eps=2e-5, name="bn_data")
    data = _filter(data, layout.filters(64), 7, 2, "conv0")
    data = _norm_relu(data, "bn0", "relu0")
    data = mx.sym.Pooling(
        data, kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type="max", name="pooling0"
    )
    found, total = [], 0
    for stage, (units, filters) in enumerate(((3, 256), (4, 512), (6, 1024), (3, 2048)), 1):
        for unit in range(1, units + 1):
            stride = 2 if stage > 1 and unit == 1 else 1
            name = f"stage{stage}_unit{unit}"
            wide, narrow = layout.filters(filters), layout.filters(filters // 4)
            first = _norm_relu(data, f"{name}_bn1", f"{name}_relu1")
            inner = _filter(first, narrow, 1, 1, f"{name}_conv1")
            inner = _filter(
                _norm_relu(inner, f"{name}_bn2", f"{name}_relu2"),
                narrow,
                3,
                stride,
                f"{name}_conv2",
            )
            inner = _filter(
                _norm_relu(inner, f"{name}_bn3", f"{name}_relu3"), wide, 1, 1, f"{name}_conv3"
            )
            shortcut = _filter(first, wide, 1, stride, f"{name}_sc") if unit == 1 else data
            data = mx.sym.elemwise_add(inner, shortcut, name=f"_plus{total}")
            if total in (12, 15):
                found.append(data)
            total += 1
    return _extra(layout, found, [512, 256, 256, 128], ())


def _norm_relu(data: Any, norm: str, relu: str) -> Any:
    normed = mx.sym.BatchNorm(data, fix_gamma=False, eps=2e-5, name=norm)
    return mx.sym.Activation(normed, act_type="relu", name=relu)


def _filter(data: Any, filters: int, kernel: int, stride: int, name: str) -> Any:
    return mx.sym.Convolution(
        data,
        num_filter=filters,
        kernel=(kernel, kernel),
        stride=(stride, stride),
        pad=(kernel // 2, kernel // 2),
        no_bias=True,
        name=name,
    )
