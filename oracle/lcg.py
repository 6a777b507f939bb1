"""Pseudo-random tensors that any language reproduces bit for bit, so that golden files need not store inputs.

    u <- (1664525 u + 1013904223) mod 2^32      stepped before each value, u starts at the tensor's seed
    value = float32(u / 2^32 * 2 - 1)           in [-1, 1)

A *recipe* {shape, seed, scale, offset} names a whole tensor, filled in row-major order with
float32(offset + scale * value), product and sum in float64, rounded once each. Golden files hold recipes.
The generator is Knuth and Lewis's "quick and dirty" one (Numerical Recipes, 2nd ed., section 7.1).
"""

import math
from dataclasses import asdict, dataclass

import numpy as np

MULTIPLIER, INCREMENT = 1664525, 1013904223


def uint32_stream(seed: int, count: int) -> np.ndarray:
    """The first `count` states after `seed`, as uint32. Doubles the known prefix by jumping ahead."""
    states = np.empty(max(count, 1), np.uint32)
    states[0] = (seed * MULTIPLIER + INCREMENT) % 2**32
    jump, shift, known = MULTIPLIER, INCREMENT, 1  # state[i + known] = jump * state[i] + shift
    while known < count:
        take = min(known, count - known)
        states[known : known + take] = states[:take] * np.uint32(jump) + np.uint32(shift)
        jump, shift, known = jump * jump % 2**32, (jump * shift + shift) % 2**32, known * 2
    return states[:count]


def values(seed: int, count: int) -> np.ndarray:
    """`count` float32 values in [-1, 1)."""
    return (uint32_stream(seed, count).astype(np.float64) / 2**32 * 2 - 1).astype(np.float32)


def signs(seed: int, count: int) -> np.ndarray:
    """-1 where the value is negative, else +1; float64."""
    return np.where(values(seed, count) < 0, -1.0, 1.0)


def indices(seed: int, count: int, bound: int) -> np.ndarray:
    """`count` integers in [0, bound): floor(u / 2^32 * bound)."""
    return np.floor(uint32_stream(seed, count).astype(np.float64) / 2**32 * bound).astype(np.int64)


def seed_of(name: str) -> int:
    """A tensor's seed from its name: 32-bit FNV-1a over its UTF-8 bytes."""
    state = 0x811C9DC5
    for byte in name.encode():
        state = (state ^ byte) * 0x01000193 % 2**32
    return state


@dataclass(frozen=True)
class Recipe:
    shape: tuple[int, ...]
    seed: int
    scale: float = 1.0
    offset: float = 0.0

    def array(self) -> np.ndarray:
        """The tensor, float32."""
        raw = values(self.seed, math.prod(self.shape)).astype(np.float64)
        return (self.offset + self.scale * raw).astype(np.float32).reshape(self.shape)

    def json(self) -> dict:
        return asdict(self)


def named(name: str, shape: tuple[int, ...], scale: float = 1.0, offset: float = 0.0) -> Recipe:
    """A recipe whose seed is its name's."""
    return Recipe(tuple(shape), seed_of(name), scale, offset)


if __name__ == "__main__":  # the jump-ahead stream against the definition
    state, slow = 12345, []
    for _ in range(1000):
        state = (state * MULTIPLIER + INCREMENT) % 2**32
        slow.append(state)
    assert uint32_stream(12345, 1000).tolist() == slow
    print(values(12345, 3).tolist(), seed_of("a"))
