"""Small changes to valid inputs, each made from a random generator."""

from __future__ import annotations

import json
import random

INTERESTING = [0, 1, 127, 128, 255, 2**16 - 1, 2**31 - 1, 2**32 - 1, 2**63 - 1]


def mutated(content: bytes, rng: random.Random) -> bytes:
    """Change bytes as a fuzzer does: flip, overwrite, cut, repeat, move, insert."""
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        if not data:
            break
        place, length = rng.randrange(len(data)), rng.choice((1, 2, 4, 8, 64, 500))
        kind = rng.randrange(7)
        if kind == 0:
            data[place] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[place] = rng.randrange(256)
        elif kind == 2:
            width = rng.choice((1, 2, 4, 8))
            value = rng.choice(INTERESTING) % (1 << 8 * width)
            data[place : place + width] = value.to_bytes(width, rng.choice(("little", "big")))
        elif kind == 3:
            del data[place : place + length]
        elif kind == 4:
            data[place:place] = data[place : place + length]
        elif kind == 5:
            other = rng.randrange(len(data))
            data[place : place + length] = data[other : other + length]
        else:
            data[place:place] = rng.randbytes(length)
    return bytes(data)


VALUES = [None, True, -1, 0, 1, 2**31, 10**30, 1e308, float("nan"), "", "relu", "Dense", [], {},
          [None] * 3, {"class_name": "Dense", "config": {}}, "a" * 1000]  # fmt: skip


def changed(value: object, rng: random.Random) -> object:
    """Change a value of JSON somewhere: another value, one left out, one twice."""
    places: list[tuple[object, object]] = []

    def walk(item: object) -> None:
        if isinstance(item, dict | list):
            for key in list(item) if isinstance(item, dict) else range(len(item)):
                places.append((item, key))
                walk(item[key])

    value = json.loads(json.dumps(value))
    for _ in range(rng.choice((1, 1, 2, 3))):
        places.clear()
        walk(value)
        if not places:
            return rng.choice(VALUES)
        holder, key = rng.choice(places)
        kind = rng.randrange(4)
        if kind == 0:
            del holder[key]
        elif kind == 1 and isinstance(holder[key], int | float):
            holder[key] = rng.choice((holder[key] + 1, -holder[key], holder[key] * 10**6))
        elif kind == 2:
            other, where = rng.choice(places)
            holder[key] = json.loads(json.dumps(other[where] if _has(other, where) else None))
        else:
            holder[key] = rng.choice(VALUES)
    return value


def _has(holder: object, key: object) -> bool:
    return key in holder if isinstance(holder, dict) else key < len(holder)
