"""Places each record in the train or the validation channel, so that neither stays empty."""

from lambdas.manifest.split.channel import Channel, Output
from lambdas.manifest.split.group_hash import HASH_BITS
from lambdas.manifest.spool import spool


class Splitter:
    """Sends a group of records to validation if its hash is below the fraction.

    While all groups belong on one side, the one whose hash lies nearest to the other side is held
    back. At the end it changes over if the other side is still empty; so the choice depends on
    the images alone, not on their order.
    """

    def __init__(self, train: Channel, validation: Channel, fraction: float) -> None:
        self._train = train
        self._validation = validation
        self._limit = int(fraction * (1 << HASH_BITS))
        self._held: _Held | None = None
        self._settled = False

    def channel(self, key: int) -> Channel:
        """The channel of a record whose group has the hash `key`."""
        if self._settled:
            return self._validation if key < self._limit else self._train
        return self._first_channel(key)

    def settle(self) -> None:
        """Count and write what was placed since the last call."""
        for channel in (self._train, self._validation):
            channel.settle()
        if self._held is not None:
            self._held.channel.settle()

    def close(self) -> None:
        """Place what is held back, count and write everything."""
        self.settle()
        if self._held is not None:
            own, other = self._sides(self._held.key)
            self._release(other if own.records else own)
        for channel in (self._train, self._validation):
            channel.close()

    def _first_channel(self, key: int) -> Channel:
        own, other = self._sides(key)
        held = self._held
        if held is not None and self._sides(held.key)[0] is other:
            self._release(other)
            self._settled = True
            return own
        if held is None or self._nearer(key, held.key):
            self._release(own)
            held = self._held = _Held(key)
        return held.channel if key == held.key else own

    def _sides(self, key: int) -> tuple[Channel, Channel]:
        if key < self._limit:
            return self._validation, self._train
        return self._train, self._validation

    def _nearer(self, key: int, held: int) -> bool:
        return key > held if key < self._limit else key < held

    def _release(self, channel: Channel) -> None:
        if self._held is not None:
            self._held.move_to(channel)
            self._held = None


class OneChannel:
    """Sends every record to one channel, for a manifest that was split beforehand."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def channel(self, key: int) -> Channel:  # noqa: ARG002
        """The only channel; a record's hash makes no difference."""
        return self._channel

    def settle(self) -> None:
        """Count and write what was placed since the last call."""
        self._channel.settle()

    def close(self) -> None:
        """Count and write everything."""
        self._channel.close()


class _Held:
    """A group that waits for its side; it may be large, so it waits in a temporary file."""

    def __init__(self, key: int) -> None:
        self.key = key
        self._file = spool()
        self.channel = Channel(Output(self._file.write))

    def move_to(self, channel: Channel) -> None:
        self.channel.close()
        self._file.seek(0)
        with self._file:
            channel.absorb(self.channel, self._file)
