import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.manifest.counts.sample import SampledBox
from lambdas.manifest.policy import BaseNetwork
from lambdas.manifest.summary.anchors import anchors
from tests.unit.manifest.manifests import (
    SETTINGS,
    any_box,
    any_policy,
    any_record,
    manifest_of,
    run,
)


# What MXNet's symbols for these networks have, and the paper's SSD300 and SSD512.
@pytest.mark.parametrize(
    ("network", "image_shape", "count", "smallest"),
    [
        ("resnet-50", 300, 2_268, 0.1),
        ("resnet-50", 512, 6_132, 0.1),
        ("vgg-16", 300, 8_732, 0.1),
        ("vgg-16", 512, 24_564, 0.07),
    ],
)
def test_networks_have_their_known_number_of_anchors(
    network: BaseNetwork, image_shape: int, count: int, smallest: float
) -> None:
    found = anchors(network, image_shape)
    assert found.count == count
    squares = [width for width, height in found.sizes() if width == height]
    assert min(squares) == smallest


def best_overlap(network: BaseNetwork, image_shape: int, box: SampledBox) -> float:
    """The highest intersection over union with any anchor, tried one by one."""
    best = 0.0
    for _, width, height, cells, step in anchors(network, image_shape).shapes:
        for row in range(cells):
            top, bottom = (row + 0.5) * step - height / 2, (row + 0.5) * step + height / 2
            down = min(bottom, box.top + box.height) - max(top, box.top)
            for column in range(cells):
                left = (column + 0.5) * step - width / 2
                across = min(left + width, box.left + box.width) - max(left, box.left)
                if across > 0 and down > 0:
                    common = across * down
                    union = width * height + box.width * box.height - common
                    best = max(best, common / union)
    return best


@given(
    st.sampled_from([("resnet-50", 300), ("vgg-16", 300), ("vgg-16", 448)]),
    st.floats(0.001, 1),
    st.floats(0.001, 1),
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from([0.3, 0.5, 0.7]),
)
def test_the_reach_of_anchors_is_that_of_trying_them_all(
    network: tuple[BaseNetwork, int],
    width: float,
    height: float,
    across: float,
    down: float,
    overlap: float,
) -> None:
    box = SampledBox(0, across * (1 - width), down * (1 - height), width, height)
    best = best_overlap(*network, box)
    if not math.isclose(best, overlap, rel_tol=1e-9):
        assert anchors(*network).reach(box, overlap) == (best >= overlap)


SMALL = any_box(width=10, height=10)


@pytest.mark.parametrize(("small", "named"), [(20, False), (21, True)])
def test_more_than_a_fifth_of_boxes_without_anchor_are_named(small: int, named: bool) -> None:
    lines = manifest_of(*(any_record(n, *([SMALL] if n < small else [])) for n in range(100)))
    report = run(lines).report
    assert report.statistics.without_anchor == {"0": small}
    assert [found.code for found in report.findings] == ["boxes-without-anchor"] * named


def test_the_classes_that_miss_anchors_most_are_named_first_and_what_would_help() -> None:
    names = {"0": "dog", "1": "flea"}
    flea = any_box(class_id=1, left=5, width=30, height=24)
    records = [
        any_record(
            n, any_box(left=50, top=50, width=150, height=120), flea, metadata={"class-map": names}
        )
        for n in range(60)
    ]
    settings = SETTINGS | {"base_network": "resnet-50"}
    (finding,) = run(manifest_of(*records), any_policy(hyperparameters=settings)).report.findings
    assert finding.message.startswith(
        "60 of 120 boxes (50.0 %) overlap no anchor of resnet-50 at image_shape 300 by 0.5, most "
        'of all of "flea" (100.0 %); '
    )
    assert "resnet-50 at 512 50%" in finding.message
    assert "vgg-16 at 512 0%" in finding.message
    assert "in 2x2 tiles " in finding.message
