import pytest

from tests.unit.manifest.manifests import any_box, any_record, manifest_of, run

NAMES = {"class-map": {"0": "dog", "1": "cat"}}


@pytest.mark.parametrize(("most", "codes"), [(200, set()), (201, {"class-imbalance"})])
def test_a_class_with_more_than_a_hundred_boxes_for_one_of_another_is_named(
    most: int, codes: set[str]
) -> None:
    both = any_record(0, any_box(), any_box(class_id=1, left=0), metadata=NAMES)
    held_out = any_record(900, any_box(), any_box(class_id=1, left=0), metadata=NAMES)
    dogs = manifest_of(*(any_record(number) for number in range(1, most - 2)))
    result = run(manifest_of(both) + dogs, validation=manifest_of(held_out, any_record(901)))
    assert result.report.boxes == most + 2
    assert result.codes == codes
