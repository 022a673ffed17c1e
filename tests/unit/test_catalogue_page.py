"""docs/manifest-rules.md shows every rule once, and each can be told from the others."""

from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from lambdas import images, manifest
from lambdas.catalogue_page import SECTIONS, page
from lambdas.manifest.rules.rule import Rule


def test_every_rule_of_the_packages_is_on_the_page() -> None:
    modules = (
        module
        for package in (manifest, images)
        for module in walk_packages(package.__path__, f"{package.__name__}.")
    )
    defined = {
        value.code
        for module in modules
        for value in vars(import_module(module.name)).values()
        if isinstance(value, Rule)
    }
    assert defined == {rule.code for rules in SECTIONS.values() for rule in rules}


def test_codes_are_unique_and_kebab_case() -> None:
    codes = [rule.code for rules in SECTIONS.values() for rule in rules]
    assert len(codes) == len(set(codes))
    assert all(set(code) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for code in codes)


def test_the_rules_page_is_current() -> None:
    written = Path("docs/manifest-rules.md").read_text(encoding="utf-8")
    assert written == page(), "run: python -m lambdas.catalogue_page > docs/manifest-rules.md"
