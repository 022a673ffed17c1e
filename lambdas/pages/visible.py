"""Makes text of strangers safe to look at, in the page and in the terminal."""

LONGEST = 2_000


def visible(text: str, limit: int = LONGEST) -> str:
    r"""Return the first ``limit`` characters of a text; those that would not show, as escapes.

    Controls, bidi overrides, zero-width and private-use characters, line breaks and lone
    surrogates become ``\x1b``, ``\u202e`` and so on; nothing else changes, so text in which they
    are escaped already stays as it is. HTML is escaped where it is made, not here.
    """
    shown = text[:limit]
    if not shown.isprintable():
        shown = "".join(each if each.isprintable() else _escaped(each) for each in shown)
    return f"{shown}…" if len(text) > limit else shown


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
