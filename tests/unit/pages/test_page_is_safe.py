"""The page as a target: text in it comes from strangers, and browsers run what they are given."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambdas.pages.samples import Picture
from tests.unit.pages.pages import Page, any_box, any_record, any_report, page_of, report_of

TAGS = {
    "a",
    "polyline",
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "header",
    "main",
    "section",
    "p",
    "span",
    "h1",
    "h2",
    "h3",
    "bdi",
    "dl",
    "div",
    "dt",
    "dd",
    "ol",
    "ul",
    "li",
    "figure",
    "figcaption",
    "details",
    "summary",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "svg",
    "g",
    "rect",
    "line",
    "path",
    "text",
    "image",
}
HOSTILE = [
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "{{ 7 * 7 }}",
    "{% raw %}",
    "]]><!--",
    "&lt;b&gt;",
    "\x1b[31m\u202egpj.exe\x00\n",
    "javascript:alert(1)",
]


def hostile_page(text: str) -> Page:
    box = any_box()
    records = [any_record(number, box, names={"0": text}) for number in range(4)]
    records.append({**any_record(4, box), "source-ref": f"s3://images/{text}.jpg"})
    failure = {"failure-reason": text, "retry-count": 1, "human-annotated": "true"}
    failed = {"source-ref": "s3://images/5.jpg", "bb-metadata": failure}
    picture = Picture(b"\xff\xd8\xff", "image/jpeg")
    report = report_of([*records, failed, {text: text}])
    return page_of(report, f"s3://{text}", {"s3://images/0001.jpg": picture})


def assert_harmless(page: Page) -> None:
    for tag, attributes in page.tags:
        assert tag in TAGS
        assert not [name for name in attributes if name.startswith("on")]
        assert not attributes.keys() & {"src", "srcset", "action", "formaction", "style"}
        assert attributes.get("href", "data:image/").startswith(("data:image/", "#rule-"))


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_a_manifest_stays_text(text: str) -> None:
    assert_harmless(hostile_page(text))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.text(st.characters(codec=None), max_size=40))
def test_no_text_from_a_manifest_becomes_markup(text: str) -> None:
    page = hostile_page(text)
    assert_harmless(page)
    page.html.encode()


def test_a_hostile_class_name_is_shown_as_the_labeler_typed_it() -> None:
    page = hostile_page("<script>alert(1)</script>")
    assert "<script>alert(1)</script>" in page.text
    assert "<script" not in page.html


def test_characters_that_would_not_show_are_spelled_out() -> None:
    page = hostile_page("evil\u202egpj.exe\x07")
    assert r"evil\u202egpj.exe\x07" in page.text
    assert all(character.isprintable() or character == "\n" for character in page.html)


def test_the_page_forbids_the_browser_scripts_and_the_network() -> None:
    policies = [meta["content"] for meta in any_page().named("meta") if "http-equiv" in meta]
    (policy,) = policies
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_the_page_refers_to_nothing_outside_itself() -> None:
    html = any_page().html.replace("s3://", "")
    assert not re.search(r"//[a-z0-9]|@import|url\(", html)


def any_page() -> Page:
    return page_of(any_report())
