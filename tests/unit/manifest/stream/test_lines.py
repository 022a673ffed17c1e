from lambdas.manifest.format import MAX_BYTES
from lambdas.manifest.stream.lines import batches
from tests.unit.manifest.manifests import Raw


def lines_of(data: bytes, at_once: int = 1 << 20) -> list[bytes]:
    return [line for batch in batches(Raw(data, at_once)) for line in batch]


def test_lines_come_without_their_line_feed() -> None:
    assert lines_of(b"a\r\n\nb") == [b"a\r", b"", b"b"]


def test_an_empty_stream_has_no_line() -> None:
    assert lines_of(b"") == []


def test_lines_are_put_together_across_chunks() -> None:
    lines = [bytes([97 + n % 26]) * (n * 37 % 5_000) for n in range(1_000)]
    assert lines_of(b"\n".join(lines) + b"\n") == lines


def test_a_line_of_the_largest_size_comes_whole() -> None:
    whole = b"x" * MAX_BYTES
    assert lines_of(whole + b"\nnext\n") == [whole, b"next"]


def test_an_over_long_line_is_cut_and_the_next_one_follows() -> None:
    cut, following = lines_of(b"x" * (10 * MAX_BYTES) + b"\nnext\n")
    assert MAX_BYTES < len(cut) < 2 * MAX_BYTES
    assert following == b"next"


def test_an_over_long_last_line_is_one_line() -> None:
    assert len(lines_of(b"x" * (10 * MAX_BYTES))) == 1
