"""Repairs of ministack's private seams: put in, taken out, refused where they do not fit."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from local.aws.repairs import patching
from local.aws.repairs.patching import Patches, SeamMissing


def module() -> SimpleNamespace:
    return SimpleNamespace(__name__="service", answer=lambda: 41, text="a")


def test_a_wrapped_function_can_use_the_original_until_it_is_undone() -> None:
    service, patches = module(), Patches()
    patches.wrap(service, "answer", lambda original: original() + 1)
    assert service.answer() == 42
    patches.undo()
    assert service.answer() == 41


def test_replacements_of_one_seam_are_undone_in_reverse() -> None:
    service, table, patches = module(), {"a": 1}, Patches()
    for text in ("b", "c"):
        patches.replace(service, "text", text)
        patches.put(table, "a", text)
        patches.put(table, "new", text)
    patches.undo()
    assert (service.text, table) == ("a", {"a": 1})


@pytest.mark.parametrize("name", ["gone", "text"])
def test_a_seam_that_is_not_as_expected_is_named_with_the_version(name: str) -> None:
    with pytest.raises(SeamMissing, match=rf"service\.{name} .* written for ministack 1\.5\.33"):
        Patches().wrap(module(), name, lambda original: original)


def test_another_version_of_ministack_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patching, "version", lambda _package: "9.9.9")
    with pytest.raises(SeamMissing, match=r"installed is 9\.9\.9"):
        patching.require_pinned_version()
