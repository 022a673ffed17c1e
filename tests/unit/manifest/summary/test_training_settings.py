import pytest

from tests.unit.manifest.manifests import (
    SETTINGS,
    any_policy,
    empty_record,
    good_lines,
    manifest_of,
    run,
)


def empty_lines(count: int) -> bytes:
    return manifest_of(*(empty_record(number) for number in range(count)))


@pytest.mark.parametrize(("batch", "likely"), [(2, True), (8, False)])
def test_batches_without_any_box_are_named_with_their_probability(batch: int, likely: bool) -> None:
    settings = SETTINGS | {"mini_batch_size": f"{batch}"}
    held_out = good_lines(10, first=5_000)
    result = run(
        good_lines(30) + empty_lines(20), any_policy(hyperparameters=settings), validation=held_out
    )
    assert ("batch-without-box" in result.codes) == likely
    if likely:
        (finding,) = result.report.findings
        assert finding.message == (
            "20 of 60 images have no box: 11.1 % of the batches of 2 have none, and in 5 epochs "
            "there is one with a probability of 100.0 %"
        )


def test_dropped_images_make_no_batch_without_a_box() -> None:
    result = run(good_lines(30) + empty_lines(60), any_policy(empty_images="drop"))
    assert result.codes == {"empty-image-dropped"}


def test_several_instances_multiply_what_an_epoch_shows() -> None:
    report = run(good_lines(60), any_policy(instance_count=3)).report
    (finding,) = report.findings
    train = report.split.train
    assert finding.message == (
        f"3 instances show the network {3 * train} images in an epoch, not {train}"
    )
