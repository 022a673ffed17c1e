"""Places each record in the train or the validation channel, so that both have every class."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lambdas.manifest.format import ManifestName, Part
from lambdas.manifest.split.channel import Channel, Output
from lambdas.manifest.split.group_hash import HASH_BITS
from lambdas.manifest.spool import spool

FEWEST_IMAGES = 5  # of a class, from which on both channels get one
CANDIDATES = 3  # images of a class that are held back
MOST_CLASSES = 1_000  # classes that are watched at the same time: that bounds what is held back
_ANY = -1  # stands for a class that every image has, so that neither channel stays empty


class OneChannel:
    """Sends every record to one channel, for a manifest that was split beforehand."""

    def __init__(self, channel: Channel, name: ManifestName) -> None:
        self._channel = channel
        self._name = name

    def channel(self, key: int, used: Iterable[int]) -> Channel:  # noqa: ARG002
        """Return the only channel; what is in a record makes no difference."""
        return self._channel

    def part(self, key: int) -> Part:  # noqa: ARG002
        """Return the name of the only channel."""
        return self._name

    def settle(self) -> None:
        """Count and write what was placed since the last call."""
        self._channel.settle()

    def close(self) -> None:
        """Count and write everything."""
        self._channel.close()


@dataclass(slots=True)
class _OneSided:
    """A class whose images so far belong on one side, and those nearest to the other side."""

    validation: bool
    nearest: list[int] = field(default_factory=list)


class Splitter:
    """Sends a group of images to validation if its hash is below the fraction.

    As long as all images of a class belong on one side, those whose hashes lie nearest to the other
    side are held back. If that is so at the end, and the class has ``FEWEST_IMAGES`` or more, the
    nearest changes over that takes no other class from its side; rare classes come first. So the
    choice depends on the images alone, not on their order, and as the data set grows an image
    changes sides only while one of its classes would lie on one side alone: with a fraction of 0.2,
    one class in a hundred of 20 images. The same is done for all images together, from two on.

    With groups, whose lines come one by one, only the latter: a group that was written in part
    can't change over. Without, images with one key in several buckets are a group, too, of which
    some may change over when others are written already: to prevent that, the hash of every line
    would be remembered, for at most one group of a class that lies on one side.
    """

    def __init__(
        self, train: Channel, validation: Channel, fraction: float, *, grouped: bool
    ) -> None:
        self._train = train
        self._validation = validation
        self._limit = int(fraction * (1 << HASH_BITS))
        self._grouped = grouped
        self._one_sided: dict[int, _OneSided] = {}
        self._two_sided: set[int] = set()
        self._held: dict[int, _Held] = {}
        self._changed_over: set[int] = set()

    def channel(self, key: int, used: set[int]) -> Channel:
        """Return the channel of a record with these classes, whose group has the hash ``key``."""
        if _ANY in self._two_sided and (self._grouped or used <= self._two_sided):
            if key in self._held:
                return self._held[key].channel
            return self._validation if key < self._limit else self._train
        return self._watch(key, {_ANY} if self._grouped else {_ANY, *used})

    def settle(self) -> None:
        """Count and write what was placed since the last call."""
        for channel in (self._train, self._validation):
            channel.settle()
        for held in self._held.values():
            held.channel.settle()

    def close(self) -> None:
        """Place what is held back, count and write everything."""
        self.settle()
        self._changed_over = set(self._changing_over())
        for key in list(self._held):
            own, other = self._sides(key)
            self._held.pop(key).move_to(other if key in self._changed_over else own)
        for channel in (self._train, self._validation):
            channel.close()

    def part(self, key: int) -> Part:
        """Return the channel in which a group is, once everything is placed."""
        in_validation = (key < self._limit) != (key in self._changed_over)
        return "validation" if in_validation else "train"

    def _watch(self, key: int, classes: set[int]) -> Channel:
        validation = key < self._limit
        for class_id in classes - self._two_sided:
            watched = self._one_sided.get(class_id)
            if watched is None:
                if len(self._one_sided) == MOST_CLASSES:
                    continue
                watched = self._one_sided[class_id] = _OneSided(validation)
            if watched.validation != validation:
                self._two_sided.add(class_id)
                self._let_go(self._one_sided.pop(class_id).nearest, class_id)
            else:
                self._offer(key, class_id, watched)
        held = self._held.get(key)
        own, _ = self._sides(key)
        return own if held is None else held.channel

    def _offer(self, key: int, class_id: int, watched: _OneSided) -> None:
        """Hold a group back if it is among the nearest of a class."""
        if key in watched.nearest:
            return
        watched.nearest.append(key)
        watched.nearest.sort(reverse=watched.validation)
        self._held.setdefault(key, _Held()).wanted_for.add(class_id)
        self._let_go(watched.nearest[CANDIDATES:], class_id)
        del watched.nearest[CANDIDATES:]

    def _let_go(self, keys: Iterable[int], class_id: int) -> None:
        """Place the groups on their own side that no other class wants."""
        for key in keys:
            held = self._held[key]
            held.wanted_for.discard(class_id)
            if not held.wanted_for:
                del self._held[key]
                held.move_to(self._sides(key)[0])

    def _changing_over(self) -> Iterator[int]:
        """Yield the groups that are needed on the other side, once everything is settled."""
        counts = {True: self._counts(True), False: self._counts(False)}

        def images(class_id: int) -> int:
            return counts[True].get(class_id, 0) + counts[False].get(class_id, 0)

        for class_id in sorted(self._one_sided, key=lambda class_id: (images(class_id), class_id)):
            watched = self._one_sided[class_id]
            own, other = counts[watched.validation], counts[not watched.validation]
            if other.get(class_id) or images(class_id) < _fewest(class_id):
                continue
            for key in watched.nearest:
                moving = self._held[key].counts()
                if all(
                    own[each] > count or images(each) < _fewest(each)
                    for each, count in moving.items()
                ):
                    for each, count in moving.items():
                        own[each] -= count
                        other[each] = other.get(each, 0) + count
                    yield key
                    break

    def _counts(self, validation: bool) -> dict[int, int]:
        """Return the images of each class that belong on a side."""
        side = self._validation if validation else self._train
        total = {**side.images, _ANY: side.records}
        for key, held in self._held.items():
            if (key < self._limit) == validation:
                for class_id, count in held.counts().items():
                    total[class_id] = total.get(class_id, 0) + count
        return total

    def _sides(self, key: int) -> tuple[Channel, Channel]:
        if key < self._limit:
            return self._validation, self._train
        return self._train, self._validation


def _fewest(class_id: int) -> int:
    return 2 if class_id == _ANY else FEWEST_IMAGES


class _Held:
    """A group that waits for its side; it may be large, so it waits in a temporary file."""

    def __init__(self) -> None:
        self.wanted_for: set[int] = set()
        self._file = spool()
        self.channel = Channel(Output(self._file.write))

    def counts(self) -> dict[int, int]:
        """Return its images of each class."""
        return {**self.channel.images, _ANY: self.channel.records}

    def move_to(self, channel: Channel) -> None:
        """Hand everything over."""
        self.channel.close()
        self._file.seek(0)
        with self._file:
            channel.absorb(self.channel, self._file)
