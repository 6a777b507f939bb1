"""Golden vectors for the seeded random streams of src/random.ts, in pure Python, from their description alone.

A stream is named by a seed, a purpose and counters. Its name is hashed by FNV-1a (32 bits) over the eight bytes, least
significant first, of the seed and of each counter, then over the purpose's characters. SplitMix32 draws the state of
xoshiro128** from the hash; the last word is made odd.
"""

import json
import math
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "test" / "golden" / "random.json"
WORD = 2**32
STREAMS = [
    (seed, purpose, counters)
    for seed in (1, 2**40 + 12345)
    for purpose in ("weights", "noise")
    for counters in ([], [7], [3, 2**33 + 5])
]
SHAPES = (0.2, 0.5, 1.0, 2.5)


class Stream:
    def __init__(self, seed: int, purpose: str, counters: list[int]):
        name = b"".join(number.to_bytes(8, "little") for number in [seed, *counters]) + purpose.encode("ascii")
        self.split = fnv1a(name)
        self.state = [self.split_mix() for _ in range(4)]
        self.state[3] |= 1
        self.spare: float | None = None

    def split_mix(self) -> int:
        """SplitMix32: a Weyl sequence through MurmurHash3's finaliser."""
        self.split = (self.split + 0x9E3779B9) % WORD
        z = self.split
        z = (z ^ (z >> 16)) * 0x85EBCA6B % WORD
        z = (z ^ (z >> 13)) * 0xC2B2AE35 % WORD
        return z ^ (z >> 16)

    def uint32(self) -> int:
        """xoshiro128** 1.1, as in Blackman and Vigna's C code."""
        s = self.state
        result = rotated(s[1] * 5 % WORD, 7) * 9 % WORD
        t = s[1] << 9 & (WORD - 1)
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotated(s[3], 11)
        return result

    def uniform(self) -> float:
        return self.uint32() / WORD

    def below(self, bound: int) -> int:
        """By rejection of the last, incomplete, multiple of the bound."""
        while True:
            value = self.uint32()
            if value < WORD - WORD % bound:
                return value % bound

    def normal(self) -> float:
        """Box and Muller: the cosine first, then the sine of the same pair."""
        if self.spare is not None:
            value, self.spare = self.spare, None
            return value
        radius = math.sqrt(-2 * math.log(1 - self.uniform()))
        angle = 2 * math.pi * self.uniform()
        self.spare = radius * math.sin(angle)
        return radius * math.cos(angle)

    def beta(self, a: float) -> float:
        """Johnk: u^(1/a) / (u^(1/a) + v^(1/a)), where that sum is at most 1. Beta(1, 1) is one uniform number."""
        if a == 1:
            return self.uniform()
        while True:
            x = (1 - self.uniform()) ** (1 / a)
            y = (1 - self.uniform()) ** (1 / a)
            if x + y <= 1:
                return x / (x + y)

    def shuffled(self, count: int) -> list[int]:
        """Fisher and Yates, from the end."""
        items = list(range(count))
        for i in range(count - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]
        return items


def fnv1a(data: bytes) -> int:
    value = 0x811C9DC5
    for byte in data:
        value = (value ^ byte) * 0x01000193 % WORD
    return value


def rotated(value: int, by: int) -> int:
    return (value << by | value >> (32 - by)) & (WORD - 1)


def check() -> None:
    """Published values: FNV-1a of "foobar" (Noll's test vectors), and xoshiro128**'s first two from state 1, 2, 3, 4."""
    assert fnv1a(b"foobar") == 0xBF9CF968
    stream = Stream(0, "", [])
    stream.state = [1, 2, 3, 4]
    assert [stream.uint32() for _ in range(4)] == [11520, 0, 5927040, 70819200]


def entry(seed: int, purpose: str, counters: list[int]) -> dict:
    def new() -> Stream:
        return Stream(seed, purpose, counters)

    numbers, uniforms, belows, normals = new(), new(), new(), new()
    betas = {str(a): new() for a in SHAPES}
    return {
        "seed": seed,
        "purpose": purpose,
        "counters": counters,
        "uint32": [numbers.uint32() for _ in range(8)],
        "uniform": [uniforms.uniform() for _ in range(4)],
        "below": {
            "bounds": [1, 3, 10, 1000, 2**31 + 1, 2**31 + 1],
            "values": [belows.below(bound) for bound in [1, 3, 10, 1000, 2**31 + 1, 2**31 + 1]],
        },
        "normal": [normals.normal() for _ in range(7)],
        "beta": [{"a": float(a), "values": [stream.beta(float(a)) for _ in range(4)]} for a, stream in betas.items()],
        "shuffle": new().shuffled(12),
    }


if __name__ == "__main__":
    check()
    entries = ",\n".join(json.dumps(entry(*stream)) for stream in STREAMS)
    FILE.write_text(f'{{\n"script": "random_streams.py",\n"streams": [\n{entries}\n]\n}}\n')
    print(f"{FILE.name}: {FILE.stat().st_size} bytes")
