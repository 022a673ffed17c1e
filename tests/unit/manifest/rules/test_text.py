from hypothesis import given
from hypothesis import strategies as st

from lambdas.manifest.rules.text import escape, listing, percent, quote
from tests.unit.manifest.manifests import any_record, as_line, good_lines, run


@given(st.text(max_size=200))
def test_quoted_text_is_one_bounded_printable_line(text: str) -> None:
    shown = quote(text, 50)
    assert shown.isprintable()
    assert len(shown) <= 10 * 50 + 3
    unescaped = shown.replace("\\\\", "").replace('\\"', "")
    assert unescaped.count('"') == 2


def test_control_and_bidi_characters_show_as_escapes() -> None:
    assert quote("a\nb\x00\u202e\U000e0001") == '"a\\u000ab\\u0000\\u202e\\U000e0001"'


def test_half_a_surrogate_pair_shows_as_an_escape() -> None:
    assert quote("\ud800") == '"\\ud800"'


def test_letters_of_all_scripts_stay_readable() -> None:
    assert escape("개 собака") == "개 собака"


def test_json_values_are_named_as_json_names_them() -> None:
    values: tuple[object, ...] = (None, True, {}, [1], 1.5)
    assert [quote(value) for value in values] == [
        "null",
        "true",
        "an object",
        "a list",
        "1.5",
    ]


def test_a_listing_says_how_many_more_there_are() -> None:
    assert listing(range(12), 3) == "0, 1, 2, +9 more"


def test_a_share_is_never_rounded_to_nothing() -> None:
    assert [percent(1, 3), percent(0, 5), percent(1, 100_000)] == ["33.3 %", "0.0 %", "0.001 %"]


def test_a_class_name_can_not_forge_a_line_of_the_log() -> None:
    forged = any_record(1, metadata={"class-map": {"0": "cat\nERROR everything is fine \u202e"}})
    report = run(good_lines() + as_line(forged)).report
    assert all(line.isprintable() for line in report.cause().split("\n"))
    assert len(report.cause().split("\n")) == 2
    assert all(name.isprintable() for name in report.summary()["classes"])
