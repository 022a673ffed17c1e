"""Reports and pages for the tests, and a page as a browser takes it apart."""

import io
import json
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from lambdas.manifest.policy import Policy
from lambdas.manifest.report import Report
from lambdas.manifest.validate import Sinks, validate_manifest
from lambdas.pages.page import NO_PICTURES, report_page
from lambdas.pages.samples import Picture

SETTINGS = {"mini_batch_size": "2", "epochs": "5", "lr_scheduler_step": "3"}


def any_box(**changes: Any) -> dict[str, Any]:
    return {"class_id": 0, "left": 100, "top": 50, "width": 60, "height": 40, **changes}


def any_record(
    number: int, *boxes: dict[str, Any], names: Mapping[str, str] | None = None, **changes: Any
) -> dict[str, Any]:
    class_map = names or {"0": "dog"}
    used = {str(box["class_id"]) for box in boxes}
    return {
        "source-ref": f"s3://images/{number:04}.jpg",
        "bb": {
            "image_size": [{"width": 400, "height": 300, "depth": 3}],
            "annotations": list(boxes),
        },
        "bb-metadata": {
            "objects": [{"confidence": 0.5} for _ in boxes],
            "class-map": {key: name for key, name in class_map.items() if key in used},
            "type": "groundtruth/object-detection",
            "human-annotated": "yes",
            "creation-date": "2026-01-01T00:00:00",
            "job-name": "labeling-job/dogs",
        },
        **changes,
    }


def manifest_of(records: list[Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def report_of(records: list[Any], **policy: Any) -> Report:
    return validate_manifest(
        io.BytesIO(manifest_of(records)),
        Policy(**{"hyperparameters": SETTINGS, **policy}),
        Sinks(*[lambda _chunk: None] * 4),
    )


def any_report(count: int = 20) -> Report:
    return report_of([any_record(number, any_box()) for number in range(count)])


def page_of(
    report: Report, manifest: str = "dogs.manifest", pictures: Mapping[str, Picture] = NO_PICTURES
) -> "Page":
    return Page(report_page(report, manifest, pictures))


class Page(HTMLParser):
    """Every tag with its attributes, and all text that is not style."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._text: list[str] = []
        self._in_style = False
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._text).split())

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._in_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._in_style = self._in_style and tag != "style"

    def handle_data(self, data: str) -> None:
        if not self._in_style:
            self._text.append(data)
