"""Every test that docs/reliability.md calls as a proof exists."""

import re

from stacks.synthesis import PROJECT

PAGE = (PROJECT / "docs" / "reliability.md").read_text()


def test_every_proof_that_is_named_exists() -> None:
    tests = "\n".join(path.read_text() for path in (PROJECT / "tests").rglob("test_*.py"))

    named = set(re.findall(r"`(test_\w+)`", PAGE))

    assert named
    assert {name for name in named if f"def {name}(" not in tests} == set()
