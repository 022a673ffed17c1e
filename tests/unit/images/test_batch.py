"""What is found in batches of images arrives where the manifest is validated once more."""

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from lambdas.images.batch import BatchResult, ImageBatch, batch_result, examined_images
from lambdas.images.catalogue import RULES
from lambdas.images.content import NOT_AN_IMAGE
from lambdas.images.examined import Examined
from lambdas.images.refusal import MISSING
from lambdas.manifest.counts.examined_images import ExaminedImages
from lambdas.manifest.rules.rule import Fault
from tests.unit.images.images import declared

MOST_BYTES = 256 << 10
"""Of the output of a child execution (Step Functions quotas)."""


def travelled(result: BatchResult) -> BatchResult:
    """A result as it comes out of the file that Step Functions has written."""
    return msgspec.json.decode(json.dumps(msgspec.to_builtins(result)), type=BatchResult)


def known(found: ExaminedImages) -> Any:
    return {
        manifest: {
            line: ({fault.rule.code for fault in image.faults}, image.content)
            for line, image in images.items()
        }
        for manifest, images in found.by_line().items()
    }


def missing(line: int, content: str | None = None) -> Examined:
    name = f"s3://images/{line}.jpg"
    return Examined(declared(line=line), [MISSING.fault(image=name)], content)


examinations = st.lists(
    st.tuples(
        st.sampled_from(["train", "validation"]),
        st.lists(st.sampled_from(sorted(RULES)), unique=True, max_size=3),
        st.none() | st.sampled_from("abc"),
    ),
    min_size=1,
    max_size=12,
)


@given(examinations, st.randoms(), st.integers(1, 5))
def test_faults_and_equal_contents_arrive_however_images_are_batched(
    images: list[Any], random: Any, size: int
) -> None:
    found = [
        Examined(
            declared(line=line, manifest=manifest),
            [Fault(RULES[code], {"image": line}) for code in codes],
            content,
        )
        for line, (manifest, codes, content) in enumerate(images, 1)
    ]
    at_once = ExaminedImages()
    for each in found:
        each.add_to(at_once)
    batches = [found[start : start + size] for start in range(0, len(found), size)]
    for batch in batches:
        random.shuffle(batch)

    collected = examined_images(travelled(batch_result(batch)) for batch in batches)

    assert known(collected) == known(at_once)
    assert collected.examined == at_once.examined
    assert collected.content_unknown == at_once.content_unknown


def test_the_first_line_of_a_rule_keeps_what_was_found_there() -> None:
    result = batch_result([missing(9), missing(2), missing(5)])
    faults = examined_images([travelled(result)]).by_line()["train"]
    assert [faults[line].faults[0].message for line in (2, 5)] == [
        "s3://images/2.jpg does not exist",
        "The image does not exist",
    ]


def test_a_batch_whose_images_break_five_rules_each_fits_into_a_childs_output() -> None:
    long = "s3://images/" + "x" * 180
    details: dict[str, object] = dict.fromkeys(
        ("image", "found", "reason", "actual", "declared", "other", "region"), long
    )
    faults = [Fault(rule, details) for rule in RULES.values()] * 2
    found = [
        Examined(declared(line=10**8 + n), faults[n % len(RULES) :][:5], str(n))
        for n in range(1_000)
    ]
    assert len(json.dumps(msgspec.to_builtins(batch_result(found)))) < MOST_BYTES


def test_a_batch_that_comes_twice_counts_once() -> None:
    result = travelled(batch_result([missing(1, "a"), missing(2, "b")]))
    other = travelled(batch_result([missing(3, "a")]))
    collected = examined_images([result, other, result])
    assert collected.examined == 3
    assert [len(image.faults) for image in collected.by_line()["train"].values()] == [1, 1, 1]


def test_contents_travel_as_text_for_jsonata_has_no_such_numbers() -> None:
    (content,) = msgspec.to_builtins(batch_result([missing(1, "a")]))["contents"]
    manifest, line, text = content
    assert (manifest, line) == ("train", 1)
    assert len(text) == 16
    assert int(text, 16) > 2**53


def test_a_childs_input_has_the_names_that_step_functions_gives() -> None:
    batch = msgspec.convert(
        {
            "BatchInput": {"execution": "dogs"},
            "Items": [{"line": 1, "source_ref": "s3://b/1.jpg", "width": 2, "height": 3}],
        },
        ImageBatch,
    )
    assert batch.shared.execution == "dogs"
    assert batch.images[0].manifest == "train"


def test_a_file_that_is_no_image_says_what_it_is() -> None:
    fault = NOT_AN_IMAGE.fault(image='"s3://images/1.jpg"', found="an HTML page")
    result = travelled(batch_result([Examined(declared(), [fault])]))
    (arrived,) = examined_images([result]).by_line()["train"][1].faults
    assert arrived.message == '"s3://images/1.jpg" is an HTML page'


def test_only_of_usable_images_it_is_told_that_their_content_is_unknown() -> None:
    found = [missing(1), Examined(declared(line=2), []), Examined(declared(line=3), [], "a")]
    assert examined_images([travelled(batch_result(found))]).content_unknown == 1
