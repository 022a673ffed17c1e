"""What docs/security.md asks of the owner of a key and of a bucket is what the stack needs."""

import json
import re

from stacks.synthesis import PROJECT

GUIDE = (PROJECT / "docs" / "security.md").read_text()
README = (PROJECT / "README.md").read_text()


def key_policy() -> list[dict[str, object]]:
    (text,) = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    statements: list[dict[str, object]] = json.loads(text)
    return statements


def test_the_key_policy_lets_in_every_service_that_writes_by_itself() -> None:
    services = set(re.findall(r"[a-z0-9.-]+\.amazonaws\.com", json.dumps(key_policy())))
    assert services == {
        "logs.eu-west-1.amazonaws.com",
        "events.amazonaws.com",
        "cloudwatch.amazonaws.com",
    }


def test_no_service_is_let_into_the_key_on_behalf_of_another_account() -> None:
    for statement in key_policy():
        if "Service" in str(statement["Principal"]):
            assert "111122223333" in json.dumps(statement["Condition"])


def test_the_owner_of_a_bucket_reads_what_to_switch_on() -> None:
    section = README.partition("## Security")[2].partition("\n## ")[0]
    for wanted in ("EventBridge notifications", "versioning", "gt-train replay"):
        assert wanted in section
        assert wanted.lower() in GUIDE.lower()


def test_the_command_that_makes_the_hashes_is_there() -> None:
    (module,) = re.findall(r"^python -m (\S+)$", GUIDE, re.MULTILINE)
    assert (PROJECT / f"{module.replace('.', '/')}.py").exists()
