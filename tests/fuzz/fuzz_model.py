"""Coverage-guided fuzzing of the readers of a model: `python tests/fuzz/fuzz_model.py [CORPUS]`.

Needs `pip install atheris`. Options are libFuzzer's, such as -max_total_time=600 -max_len=4096.
The first byte chooses the reader: the archive, the weights, or the symbol, which is converted.
An input fails if anything else than `NotUsable` is raised, or if more comes out than went in.
"""

import gzip
import io
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
atheris: Any = import_module("atheris")  # not among the requirements

with atheris.instrument_imports(include=["cli.detector", "tarfile"]):
    from cli.detector.archive import read_archive
    from cli.detector.conversion import Network, convert
    from cli.detector.description import Description
    from cli.detector.errors import NotUsable
    from cli.detector.symbol import read_symbol
    from cli.detector.weights import read_weights
    from tests.unit.detector import mxnet_files as files


DESCRIPTION = Description(
    class_names=[], image_shape=4, mean=[0.0, 0.0, 0.0], model_sha256="", exporter="fuzz"
)
WEIGHTS = read_weights(files.params(files.smallest_weights()))


def archive(data: bytes) -> None:
    read_archive(io.BytesIO(gzip.compress(data, 1)))


def weights(data: bytes) -> None:
    arrays = read_weights(data)
    assert sum(array.nbytes for array in arrays.values()) <= len(data)


def network(data: bytes) -> None:
    model, _ = convert(Network(read_symbol(data), WEIGHTS), DESCRIPTION)
    model.SerializeToString()


READERS = (archive, weights, network)


def check(data: bytes) -> None:
    if not data:
        return
    try:
        READERS[data[0] % len(READERS)](data[1:])
    except NotUsable as error:
        str(error)


def seeds() -> list[bytes]:
    """One good input for each reader."""
    members = {"a-symbol.json": b"{}", "a.params": b"p", "hyperparams.json": b"{}"}
    good = (
        gzip.decompress(files.tar_gz(members)),
        files.params(files.smallest_weights()),
        files.symbol(*files.smallest_nodes()),
    )
    return [bytes([number]) + content for number, content in enumerate(good)]


if __name__ == "__main__":
    for corpus in [Path(each) for each in sys.argv[1:] if not each.startswith("-")][:1]:
        corpus.mkdir(exist_ok=True)
        for number, content in enumerate(seeds()):
            (corpus / f"seed-{number}").write_bytes(content)
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
