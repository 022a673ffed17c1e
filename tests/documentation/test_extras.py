"""What pip installs with the command are the versions that the project is tested with."""

import re
import tomllib

from stacks.synthesis import PROJECT

PINNED = {
    name: version
    for file in ("requirements.txt", "requirements-dev.txt")
    for name, version in re.findall(
        r"^([\w-]+)(?:\[.*\])?==(\S+)", (PROJECT / file).read_text(), re.MULTILINE
    )
}
PACKAGE = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]


def test_every_version_is_the_requirements_files() -> None:
    extras = PACKAGE["optional-dependencies"]
    wanted = [*PACKAGE["dependencies"], *extras["predict"], *extras["export"]]
    for name, version in (each.split("==") for each in wanted):
        assert PINNED[name] == version
