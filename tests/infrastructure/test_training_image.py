"""The SDK is asked for the algorithm's images whatever a person's AWS configuration is."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]
ASK = """
import os, sys
from pathlib import Path
from stacks.training_image import training_images
print(len(training_images(Path(sys.argv[1]))) > 10, os.environ["AWS_PROFILE"])
"""


def test_a_profile_that_does_not_exist_is_no_concern_of_the_first_synthesis(tmp_path: Path) -> None:
    asked = subprocess.run(
        [sys.executable, "-c", ASK, str(tmp_path)],
        cwd=PROJECT,
        env={**os.environ, "AWS_PROFILE": "no-such-profile"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.stdout == "True no-such-profile\n", asked.stderr
