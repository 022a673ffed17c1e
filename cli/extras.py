"""Says which packages a command needs beyond those of the others, and how to install them."""

from importlib.util import find_spec

from cli.detector.errors import NotUsable

EXTRAS = {
    "predict": ("numpy", "onnxruntime", "PIL"),
    "export": ("numpy", "onnx"),
}
"""The modules of each extra in pyproject.toml."""


def require(extra: str) -> None:
    """Raise ``NotUsable`` with the pip command where a module of an extra is not installed."""
    missing = [module for module in EXTRAS[extra] if find_spec(module) is None]
    if missing:
        raise NotUsable(
            f"not installed: {', '.join(missing)}. In the project's folder, pip install"
            f" '.[{extra}]'"
        )
