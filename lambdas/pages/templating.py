"""The templates of all pages: everything printed is escaped, and shows what would not be seen."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lambdas.pages.visible import visible

REPORT_TEMPLATES = Path(__file__).parent / "templates"


def page_templates(folder: Path) -> Environment:
    """Return the templates of a folder, with the filters that all pages use."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = "{:,}".format
    environment.filters["compact"] = "{:.6g}".format
    return environment


def _shown(value: object) -> object:
    """Return what is printed before it is escaped."""
    return visible(value) if type(value) is str else value
