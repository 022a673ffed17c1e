"""Small random data sets in which boxes, scores and areas often coincide."""

import random

from tests.unit.evaluation.references import Case, Place

SIDES = (2.0, 3.0, 4.0, 8.0, 31.0, 32.0, 33.0, 95.0, 96.0, 97.0)
SCORES = (0.1, 0.3, 0.5, 0.5, 0.7, 0.9)


def random_case(chance: random.Random) -> Case:
    """Up to five images and three classes; detections lie on, near and off the boxes."""
    images = chance.sample(range(1, 20), chance.randint(1, 5))
    classes = chance.sample(range(10), chance.randint(1, 3))
    case = Case(images, classes)
    coarse = chance.random() < 0.5
    for image in images:
        for class_id in classes:
            boxes = [_place(chance) for _ in range(chance.choice((0, 0, 1, 1, 2, 3, 9)))]
            boxes += [_moved(chance, box, coarse=coarse) for box in boxes if chance.random() < 0.3]
            for place in boxes:
                area = chance.choice((place[2] * place[3], 1024.0, 9216.0, 500.0, 2e10))
                crowd = chance.random() < 0.15
                case.annotations.append((image, class_id, place, area, crowd))
            for place in boxes:
                for _ in range(chance.choice((0, 1, 1, 2, 3))):
                    moved = _moved(chance, place, coarse=coarse)
                    of = class_id if chance.random() < 0.9 else chance.choice(classes)
                    case.found.append((image, of, _score(chance, coarse=coarse), moved))
            for _ in range(chance.randint(0, 3)):
                score = _score(chance, coarse=coarse)
                case.found.append((image, class_id, score, _place(chance)))
    chance.shuffle(case.found)
    return case


def _place(chance: random.Random) -> Place:
    width = chance.choice(SIDES)
    height = chance.choice((width, chance.choice(SIDES)))
    return float(chance.randint(0, 30)), float(chance.randint(0, 30)), width, height


def _moved(chance: random.Random, place: Place, *, coarse: bool) -> Place:
    left, top, width, height = place
    if coarse:
        step = chance.choice((0.0, 0.0, 1.0, -1.0))
        return left + step, top, max(width - step, 1.0), height
    spread = chance.choice((0.02, 0.1, 0.2))
    return (
        left + chance.gauss(0, spread) * width,
        top + chance.gauss(0, spread) * height,
        width * (1 + chance.gauss(0, spread) / 2),
        height * (1 + chance.gauss(0, spread) / 2),
    )


def _score(chance: random.Random, *, coarse: bool) -> float:
    return chance.choice(SCORES) if coarse else chance.random()
