"""Writes models and what MXNet makes of them.

``python -m benchmarks.mxnet_parity.make_references``.

Runs in MXNet's environment; see README.md. Each case is a folder with ``model.tar.gz`` as the
algorithm leaves it and ``reference.npz``: images, heads, and detections.
"""

import argparse
import io
import json
import tarfile
import time
from pathlib import Path
from typing import Any

import mxnet as mx
import numpy as np
from numpy.typing import NDArray

from benchmarks.mxnet_parity.networks import Layout, deployed_symbol, training_symbol

FIXTURES = Path("tests/unit/detector/mxnet")
STEPS_300 = tuple(step / 300.0 for step in (8, 16, 32, 64, 100, 300))
LABELS = 8
"""Boxes in a row of training labels; those that are not there have class -1."""

Image = NDArray[np.uint8]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full-size", type=Path, metavar="DIR", help="write real sizes, timed")
    options = parser.parse_args()
    if options.full_size:
        full_size(options.full_size)
    else:
        small(FIXTURES)


def small(folder: Path) -> None:
    """Write the fixtures of the tests: the real layers, a sixteenth of the filters or less."""
    resnet = Layout("resnet-50", classes=3, divisor=32)
    write_case(folder / "resnet-50-random", resnet, 96, random_weights(training_symbol(resnet), 96))
    write_case(folder / "resnet-50-trained", resnet, 128, trained_weights(resnet, 128))
    vgg = Layout("vgg-16", classes=3, divisor=32, steps=STEPS_300)
    weights = random_weights(training_symbol(vgg), 300)
    write_case(folder / "vgg-16-random", vgg, 300, weights, seeds=(1,))
    seven = Layout("vgg-16", classes=1, layers=7, divisor=64, force_suppress=True)
    symbol = deployed_symbol(seven)
    weights = random_weights(symbol, 256)
    write_case(folder / "vgg-16-deployed", seven, 256, weights, symbol=symbol, seeds=(1,))
    save(folder / "suppression.npz", suppression_cases())
    save(folder / "resize.npz", resize_cases())
    save(folder / "decode.npz", decode_cases(folder / "images"))


def full_size(folder: Path) -> None:
    for base, size in (("resnet-50", 300), ("resnet-50", 512), ("vgg-16", 300), ("vgg-16", 512)):
        seven = base == "vgg-16" and size == 512
        steps = STEPS_300 if (base, size) == ("vgg-16", 300) else ()
        layout = Layout(base, classes=20, layers=7 if seven else 6, steps=steps)
        weights = random_weights(training_symbol(layout), size)
        write_case(folder / f"{base}-{size}", layout, size, weights, rounds=4)


def write_case(
    folder: Path,
    layout: Layout,
    size: int,
    weights: dict[str, Any],
    *,
    symbol: Any = None,
    rounds: int = 1,
    seeds: tuple[int, ...] = (1, 2),
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if symbol is None:
        symbol = training_symbol(layout)
    hyperparameters = {
        "base_network": layout.base,
        "image_shape": str(size),
        "num_classes": str(layout.classes),
    }
    write_archive(folder / "model.tar.gz", symbol, weights, hyperparameters)
    images = np.stack([picture(np.random.default_rng(seed), size)[0] for seed in seeds])
    internals = symbol.get_internals()
    last = "det_out_output" if "det_out_output" in internals.list_outputs() else "detection_output"
    wanted = ("cls_prob_output", "multibox_loc_pred_output", last)
    group = mx.sym.Group([internals[name] for name in wanted])
    heads: list[Any] = []
    seconds: list[float] = []
    for image in images:
        for _ in range(rounds):
            started = time.process_time()
            outputs = run(group, weights, image)
            seconds.append(time.process_time() - started)
        heads.append(outputs)
    reference = {
        "images": images,
        "cls_prob": np.concatenate([each[0] for each in heads]),
        "loc_preds": np.concatenate([each[1] for each in heads]),
        "seconds": np.array(seconds if rounds > 1 else []),
        **{f"detections_{at}": kept_rows(each[2][0]) for at, each in enumerate(heads)},
    }
    save(folder / "reference.npz", reference)


def save(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


_BOUND: dict[int, Any] = {}


def run(group: Any, weights: dict[str, Any], image: Image) -> list[NDArray[np.float32]]:
    data = mx.nd.array(image.transpose(2, 0, 1)[None].astype(np.float32))
    if id(weights) not in _BOUND:
        shapes = {"data": data.shape}
        if "label" in group.list_arguments():
            shapes["label"] = (1, LABELS, 5)
        bound = group.simple_bind(mx.cpu(), grad_req="null", **shapes)
        known = {name.partition(":")[2]: value for name, value in weights.items()}
        bound.copy_params_from(
            {name: known[name] for name in bound.arg_dict if name in known},
            {name: known[name] for name in bound.aux_dict},
        )
        _BOUND[id(weights)] = bound
    return [each.asnumpy() for each in _BOUND[id(weights)].forward(is_train=False, data=data)]


def kept_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the rows that are boxes: others, suppressed or below the threshold, have class -1."""
    return rows[rows[:, 0] >= 0]


def write_archive(
    path: Path, symbol: Any, weights: dict[str, Any], hyperparameters: dict[str, str]
) -> None:
    params = path.parent / "weights.params"
    mx.nd.save(str(params), weights)
    contents = {
        "model_algo_1-symbol.json": symbol.tojson().encode(),
        "model_algo_1-0000.params": params.read_bytes(),
        "hyperparams.json": json.dumps(hyperparameters).encode(),
    }
    params.unlink()
    with tarfile.open(path, "w:gz") as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def random_weights(symbol: Any, size: int) -> dict[str, Any]:
    """Weights with which every layer passes something on and the heads have opinions."""
    rng = np.random.default_rng(size)
    label = {"label": (1, LABELS, 5)} if "label" in symbol.list_arguments() else {}
    arguments, _, running = symbol.infer_shape(data=(1, 3, size, size), **label)
    named = zip(symbol.list_arguments(), arguments, strict=True)
    return {
        **{
            f"arg:{name}": mx.nd.array(_random_weight(name, shape, rng))
            for name, shape in named
            if name not in ("data", "label")
        },
        **{
            f"aux:{name}": mx.nd.array(_random_running(name, shape, rng))
            for name, shape in zip(symbol.list_auxiliary_states(), running, strict=True)
        },
    }


def _random_weight(name: str, shape: tuple[int, ...], rng: "np.random.Generator") -> NDArray[Any]:
    if name.endswith("_weight"):
        spread = float(2 / np.prod(shape[1:])) ** 0.5
        if name.endswith("_pred_conv_weight"):  # scores neither all even nor all certain
            spread /= 4
        if name == "conv1_1_weight":  # vgg-16 takes in 0 to 255 as it is
            spread /= 64
        return rng.normal(0, spread, shape)
    if name.endswith("_gamma"):
        return rng.uniform(0.5, 1.0, shape)
    if name.endswith("_scale"):
        return np.full(shape, 20.0)
    return rng.normal(0, 0.1, shape)


def _random_running(name: str, shape: tuple[int, ...], rng: "np.random.Generator") -> NDArray[Any]:
    first = name.startswith("bn_data")
    if name.endswith("_mean"):
        return rng.normal(120 if first else 0, 5 if first else 0.1, shape)
    return rng.uniform(0.8, 1.2, shape) * (4000 if first else 1)


def trained_weights(layout: Layout, size: int, steps: int = 600) -> dict[str, Any]:
    """Weights after a short training on drawn pictures: scores and boxes as they are in use."""
    mx.random.seed(1)
    np.random.seed(1)  # initializers draw from here
    rng = np.random.default_rng(1)
    module = mx.mod.Module(training_symbol(layout), ("data",), ("label",))
    batch = 16
    module.bind([("data", (batch, 3, size, size))], [("label", (batch, LABELS, 5))])
    module.init_params(mx.init.Xavier(factor_type="in", magnitude=2))
    module.init_optimizer(optimizer="adam", optimizer_params={"learning_rate": 0.003})
    for step in range(steps):
        drawn = [picture(rng, size) for _ in range(batch)]
        images = np.stack([image for image, _ in drawn]).transpose(0, 3, 1, 2).astype(np.float32)
        labels = np.stack([boxes for _, boxes in drawn])
        module.forward_backward(mx.io.DataBatch([mx.nd.array(images)], [mx.nd.array(labels)]))
        module.update()
        if step % 100 == 0:
            print("trained", step, float(module.get_outputs()[1].asnumpy().sum()) / batch)
    arguments, running = module.get_params()
    return {
        **{f"arg:{name}": value for name, value in arguments.items()},
        **{f"aux:{name}": value for name, value in running.items()},
    }


def picture(rng: "np.random.Generator", size: int) -> tuple[Image, NDArray[np.float32]]:
    """Return a picture of discs, squares and triangles, with its labels as shares of the side."""
    image = np.empty((size, size, 3), np.uint8)
    image[:] = rng.integers(150, 250, 3)
    y, x = np.mgrid[:size, :size]
    labels = np.full((LABELS, 5), -1, np.float32)
    for row in range(int(rng.integers(2, 6))):
        kind, half = int(rng.integers(3)), int(size * rng.uniform(0.08, 0.22))
        cy, cx = rng.integers(half, size - half, 2)
        dy, dx = y - cy, x - cx
        square = (abs(dy) <= half) & (abs(dx) <= half)
        shape = (dy**2 + dx**2 <= half**2, square, square & (2 * abs(dx) <= dy + half))[kind]
        image[shape] = rng.integers(0, 150, 3)
        labels[row] = (
            kind,
            (cx - half) / size,
            (cy - half) / size,
            (cx + half) / size,
            (cy + half) / size,
        )
    return image, labels


def suppression_cases() -> dict[str, NDArray[Any]]:
    """Predictions with ties, crowds and none at all, and MXNet's detections of each."""
    rng, cases = np.random.default_rng(7), {}
    for number in range(24):
        classes, anchors = int(rng.integers(1, 5)), int(rng.integers(1, 60))
        options = {
            "force_suppress": bool(number % 3 == 0),
            "nms_topk": (-1, 5, 400)[number % 3],
            "nms_threshold": (0.45, 0.5, 1.0)[number // 8],
            "threshold": (0.01, 0.3)[number % 2],
        }
        scores: NDArray[Any] = rng.random((1, classes + 1, anchors)).astype(np.float32)
        if number % 4 == 1:
            scores = np.round(scores * 4) / 4  # many equal ones
        if number % 8 == 7:
            scores[:, 1:] = 0  # nothing to see
        low = rng.uniform(-0.1, 0.7, (1, anchors, 2))
        boxes = np.concatenate([low, low + rng.uniform(0.05, 0.5, (1, anchors, 2))], 2)
        if number % 4 == 2:
            boxes = np.round(boxes * 4) / 4 + (0, 0, 0.25, 0.25)  # many equal ones
        corrections = rng.normal(0, 0.5, (1, 4 * anchors))
        inputs = [each.astype(np.float32) for each in (scores, corrections, boxes)]
        found = mx.nd.contrib.MultiBoxDetection(*map(mx.nd.array, inputs), **options).asnumpy()[0]
        names = ("scores", "corrections", "anchors")
        cases.update({f"{number}_{name}": value for name, value in zip(names, inputs, strict=True)})
        cases[f"{number}_options"] = np.array(json.dumps({k: str(v) for k, v in options.items()}))
        cases[f"{number}_detections"] = kept_rows(found)
    return cases


def resize_cases() -> dict[str, NDArray[Any]]:
    rng, cases = np.random.default_rng(3), {}
    sides = (
        (37, 53),
        (64, 64),
        (32, 32),
        (64, 40),
        (1, 1),
        (5, 90),
        (33, 31),
        (70, 45),
        (7, 5),
        (3, 40),
        (31, 2),
    )
    for number, (height, width) in enumerate(sides):
        image = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
        cases[f"{number}_image"] = image
        cases[f"{number}_resized"] = mx.image.imresize(
            mx.nd.array(image, dtype="uint8"), 32, 32
        ).asnumpy()
    return cases


def decode_cases(images: Path) -> dict[str, NDArray[Any]]:
    """What MXNet decodes of the files in a folder, which draw_images.py writes."""
    return {
        path.name: mx.image.imdecode(path.read_bytes(), flag=1, to_rgb=True).asnumpy()
        for path in sorted(images.iterdir())
    }


if __name__ == "__main__":
    main()
