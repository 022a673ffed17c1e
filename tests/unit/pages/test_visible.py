"""Text of strangers: what is shown of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.pages.visible import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("dog", "dog"),
        ("Hund & Katze <b> \"'\\", "Hund & Katze <b> \"'\\"),
        ("犬 שלום", "犬 שלום"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("evil\u202egpj.exe", r"evil\u202egpj.exe"),
        ("two\nlines", r"two\nlines"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("half \ud83d pair", r"half \ud83d pair"),
    ],
)
def test_only_what_would_not_show_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_long_text_is_cut_and_says_so() -> None:
    assert visible("x" * 11, limit=10) == "x" * 10 + "…"
    assert visible("x" * 10, limit=10) == "x" * 10


@given(st.text(st.characters(codec=None)))
def test_whatever_is_shown_is_printable_and_can_be_written(text: str) -> None:
    assert visible(text).isprintable()
    visible(text).encode()


@given(st.text())
def test_what_is_visible_already_stays_as_it_is(text: str) -> None:
    assert visible(visible(text)) == visible(text)
