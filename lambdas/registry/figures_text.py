"""The headline figures in words, for the registry, a cause and a notification."""

from lambdas.messages.evaluation import Evaluated


def figures_text(found: Evaluated) -> str:
    """Return the figures in one line, with what they were measured on."""
    if found.ap is None or found.ap50 is None:
        return f"nothing was measured: the {found.held_out} images have no box"
    of = f" of {found.held_out_images:,}" if found.images < found.held_out_images else ""
    parts = [
        f"AP {found.ap:.3f}{_range(found.ap_interval)}",
        f"AP50 {found.ap50:.3f}{_range(found.ap50_interval)}"
        f" on {found.images:,} {found.held_out} images{of}",
    ]
    if found.incumbent_ap is not None and found.incumbent_ap50 is not None:
        parts.append(
            f"the incumbent has AP {found.incumbent_ap:.3f} and AP50 {found.incumbent_ap50:.3f}"
        )
    if found.not_compared:
        parts.append(f"the incumbent is not compared: {found.not_compared}")
    return ", ".join(parts)


def _range(interval: tuple[float, float] | None) -> str:
    return f" ({interval[0]:.3f} to {interval[1]:.3f})" if interval else ""
