"""What the README says about the settings is what the settings are."""

import json
import re
from dataclasses import MISSING, Field, fields
from typing import Any

import pytest

from stacks.settings.fields import PipelineSettings
from stacks.synthesis import PROJECT

README = (PROJECT / "README.md").read_text()
SETTINGS = [field for field in fields(PipelineSettings) if field.name != "hyperparameters"]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_the_table_has_each_setting_with_its_default(setting: "Field[Any]") -> None:
    assert setting.default is not MISSING

    assert f"| `{setting.name}` | `{json.dumps(setting.default)}` | " in README


def test_the_table_names_no_setting_that_does_not_exist() -> None:
    table = README.partition("## Settings")[2].partition("\n## ")[0]

    named = set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))

    assert named == {setting.name for setting in SETTINGS}
