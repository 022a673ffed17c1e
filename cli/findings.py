"""How ``gt-train validate`` shows a report to people: findings, then numbers, then the verdict."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from lambdas.manifest.report import Finding, Report
from lambdas.pages.visible import visible

MOST_LINES = 5
MOST_CLASSES = 20
_STYLES = {"error": "bold red", "warning": "yellow"}


def shown_report(report: Report, name: str) -> Iterator[RenderableType]:
    """Return the parts of the report, from top to bottom."""
    if report.findings:
        yield _findings(report.findings)
        yield ""
    yield _numbers(report)
    yield ""
    verdict = (
        Text("ACCEPTED", "bold green")
        if report.verdict == "accepted"
        else Text("REJECTED", "bold red")
    )
    yield Text.assemble(verdict, "  ", visible(name), overflow="fold")


def _findings(findings: list[Finding]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0), header_style="dim")
    table.add_column("finding", no_wrap=True)
    table.add_column("count", justify="right")
    table.add_column("what was found, and what to do", ratio=1, overflow="fold")
    for each in findings:
        code = Text.assemble((each.severity, _STYLES[each.severity]), "\n", each.code)
        what = Text.assemble(visible(each.message), "\n", (each.fix, "dim"))
        if each.lines:
            what.append(f"\n{_lines(each)}", "dim")
        table.add_row(code, f"{each.count:,}", what)
    return table


def _lines(finding: Finding) -> str:
    shown = ", ".join(f"{line}" for line in finding.lines[:MOST_LINES])
    of = " of the validation manifest" if finding.manifest == "validation" else ""
    more = ", …" if finding.count > MOST_LINES else ""
    return f"line{'s' * (len(finding.lines) > 1)}{of} {shown}{more}"


def _numbers(report: Report) -> Group:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in _rows(report):
        table.add_row(name, Text(value))
    return Group(table)


def _rows(report: Report) -> Iterator[tuple[str, str]]:
    records, split = report.records, report.split
    yield (
        "records",
        f"{records.total:,} = {records.usable:,} usable ({records.empty:,} without boxes) + "
        f"{records.failed:,} failed + {records.unlabeled:,} unlabeled + "
        f"{records.invalid:,} invalid",
    )
    if report.label_attribute is not None:
        yield "label attribute", visible(report.label_attribute)
    yield "boxes", f"{report.boxes:,}, at most {report.max_boxes_per_image:,} on an image"
    if report.classes:
        yield "classes", _classes(report)
    test = f" + {split.test:,} test" if split.test else ""
    yield "split", f"{split.train:,} train + {split.validation:,} validation{test}"
    yield from report.hyperparameters.items()


def _classes(report: Report) -> str:
    ordered = sorted(report.classes.values(), key=lambda each: -each.boxes)
    shown = [f"{visible(each.name, 60)} {each.boxes:,}" for each in ordered[:MOST_CLASSES]]
    more = len(ordered) - MOST_CLASSES
    return f"{len(ordered):,}: {', '.join(shown)}" + (f", +{more:,} more" if more > 0 else "")
