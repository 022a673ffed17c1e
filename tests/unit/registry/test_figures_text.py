"""The figures in one line, always with what they were measured on."""

from lambdas.registry.figures_text import figures_text
from tests.unit.jobs.factories import any_evaluated


def test_figures_come_with_their_interval_and_the_number_of_images() -> None:
    assert figures_text(any_evaluated()) == (
        "AP 0.500 (0.450 to 0.550), AP50 0.750 (0.700 to 0.800) on 20 validation images"
    )


def test_an_interval_that_cannot_be_told_is_left_out() -> None:
    found = any_evaluated(ap_interval=None, ap50_interval=None, images=1, held_out_images=1)
    assert figures_text(found) == "AP 0.500, AP50 0.750 on 1 validation images"


def test_of_a_sample_it_says_of_how_many() -> None:
    text = figures_text(any_evaluated(images=5_000, held_out_images=31_000))
    assert text.endswith("on 5,000 validation images of 31,000")


def test_the_incumbents_figures_follow() -> None:
    found = any_evaluated(incumbent="arn", incumbent_ap=0.4, incumbent_ap50=0.6)
    assert figures_text(found).endswith(", the incumbent has AP 0.400 and AP50 0.600")


def test_an_incumbent_that_is_not_compared_is_said_to_be() -> None:
    found = any_evaluated(incumbent="arn", not_compared="it is gone")
    assert figures_text(found).endswith(", the incumbent is not compared: it is gone")


def test_nothing_to_measure_is_said_in_words() -> None:
    assert figures_text(any_evaluated(ap=None, ap50=None)) == (
        "nothing was measured: the validation images have no box"
    )
