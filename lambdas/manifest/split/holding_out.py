"""Holds a third part of the data set out: images that no channel of the training job sees."""

from lambdas.manifest.split.channel import Channel
from lambdas.manifest.split.group_hash import HASH_BITS
from lambdas.manifest.split.splitter import Splitter


class HoldingOut:
    """Sends a group of images to the test part if its hash is above all but the fraction.

    Validation has the lowest hashes, so what is held out comes from the train channel: switched on
    later, it takes no image out of validation but one that stands in for its class there. By the
    hash alone, the test part is like the data set, rare classes included or not.
    """

    def __init__(self, splitter: Splitter, test: Channel, fraction: float) -> None:
        self._splitter = splitter
        self._test = test
        self._first = (1 << HASH_BITS) - int(fraction * (1 << HASH_BITS))

    def channel(self, key: int, used: set[int]) -> Channel:
        """Return the channel of a record with these classes, whose group has the hash ``key``."""
        if key >= self._first:
            return self._test
        return self._splitter.channel(key, used)

    def settle(self) -> None:
        """Count and write what was placed since the last call."""
        self._test.settle()
        self._splitter.settle()

    def close(self) -> None:
        """Place what is held back, count and write everything."""
        self._test.close()
        self._splitter.close()
