"""Names of files in the folder that a demo leaves behind."""

from pathlib import Path

MODEL = "model.tar.gz"
EVALUATION_PAGE = "evaluation.html"
STAND_IN = (
    "Of a stand-in, measured truly: a small detector that the demo has trained on the CPU in this "
    "run, not SageMaker's network."
)
_END_OF_HEADER = "</header>"
FRESH_PICTURE = "fresh-picture.png"
"""What the model may be tried on: of the same kind as the demo's pictures, and in no manifest."""


def say_what_was_measured(folder: Path) -> None:
    """Let the copy of the evaluation's page say that it is of a stand-in.

    The functions cannot say so: they know no other models than those of SageMaker.
    """
    page = folder / EVALUATION_PAGE
    if page.exists():
        head, end, rest = page.read_text(encoding="utf-8").partition(_END_OF_HEADER)
        page.write_text(f"{head}<p>{STAND_IN}</p>\n{end}{rest}", encoding="utf-8")
