"""Borrowing treasures: histograms with bins of equal mass, their distances, Gabor kernels, a round, and a whole ranking.

Writes test/golden/borrowing.json, float64 throughout except where the compared results are float32 (maps).

* Bins of a channel: [low, high] of the target images in 2000 cells; cells are gathered from the left until they hold
  m = floor(bins * count / (total + 1)) >= 1 shares, then m bins of equal width take them; the rest share what remains.
* d(a, p) = sum_c w_c sum_b (a ln((a + e) / (p + e)) + p ln((p + e) / (a + e))) / 2, w_c = 0.5 / channels of c's layer.
* Gabor wavelets as Manjunath and Ma (PAMI 1996) print them, without mean.
"""

import math
from fractions import Fraction

import numpy as np
import torch
from torch.nn.functional import batch_norm, conv2d, relu

import golden
import lcg

CELLS = 2000
EPSILON = 2.2204e-16


def edges_of(values: np.ndarray, bins: int) -> tuple[float, float, list[float]]:
    """Range and right edges of one channel's bins."""
    low, high = float(values.min()), float(values.max())
    if low == high:  # everything is in the first cell
        counts, borders = np.bincount([0] * values.size, minlength=CELLS), None
    else:
        counts, borders = np.histogram(values.astype(np.float64), bins=CELLS, range=(low, high))
        # A value on a border between cells would make the result depend on rounding.
        inner = np.setdiff1d(values, [low, high]).astype(np.float64)
        assert np.abs(inner[:, None] - borders[None]).min() > 1e-12
    right, mass, begin = [], Fraction(0), 0

    def close(shares: int, begin: int, end: int) -> None:
        right.extend((begin + (end - begin) * (i + 1) / shares) for i in range(shares))

    for cell, count in enumerate(counts):
        mass += Fraction(int(count), int(counts.sum()) + 1)
        shares = math.floor(mass * bins)
        if shares >= 1:
            close(shares, begin, cell + 1)
            begin, mass = cell + 1, Fraction(0)
    close(bins - len(right), begin, CELLS)
    return low, high, right


def histogram(values: np.ndarray, low: float, high: float, right: list[float]) -> np.ndarray:
    """Share of values in each bin; right edges are in cells."""
    borders = low + (high - low) * np.array(right) / CELLS
    result = np.zeros(len(right))
    for value in values.ravel().astype(np.float64):
        if value <= low:
            bin_ = 0
        elif value >= high:
            bin_ = len(right) - 1
        else:
            bin_ = int(np.argmax(borders > value))
        result[bin_] += 1 / values.size
    return result


def describe(targets: np.ndarray, sources: np.ndarray, bins: int):
    """Bins of maps [N, C, h, w], and histograms [N, C, bins] of both sets."""
    channels = [edges_of(targets[:, c], bins) for c in range(targets.shape[1])]
    of = lambda maps: np.array([[histogram(image[c], *channels[c]) for c in range(len(channels))] for image in maps])
    return channels, of(targets), of(sources)


def distance(a: np.ndarray, p: np.ndarray, layers: list[int]) -> float:
    """Of histograms [C, bins]."""
    weights = [0.5 / count for count in layers for _ in range(count)]
    total = 0.0
    for w, row_a, row_p in zip(weights, a, p):
        for x, y in zip(row_a, row_p):
            forward = x * math.log((x + EPSILON) / (y + EPSILON))
            backward = y * math.log((y + EPSILON) / (x + EPSILON))
            total += w * 0.5 * (forward + backward)
    return total


def shaped(recipe: lcg.Recipe, constant: bool) -> np.ndarray:
    """A map whose channels have different distributions: even, peaked, half at one value, and one value only."""
    maps = recipe.array().astype(np.float64)
    maps[:, 1] = maps[:, 1] * maps[:, 1] * maps[:, 1]
    maps[:, 2] = np.where(np.abs(maps[:, 2]) < 0.5, 0, maps[:, 2])
    maps[:, 3] = np.maximum(maps[:, 3], 0)
    if constant:
        maps[:, 4] = 0.25
    return maps.astype(np.float32)


def histograms() -> dict:
    layers, bins = [3, 2], 16
    recipes = {
        "targets": lcg.named("borrowing/targets", (5, 5, 9, 7)),
        "sources": lcg.named("borrowing/sources", (6, 5, 9, 7), scale=1.25),
    }
    targets, sources = shaped(recipes["targets"], True), shaped(recipes["sources"], False)
    channels, a, p = describe(targets, sources, bins)
    assert all(np.allclose(h.sum(-1), 1) for h in (a, p))
    return {
        "layers": layers,
        "bins": bins,
        "recipes": {key: recipe.json() for key, recipe in recipes.items()},
        "low": [low for low, _, _ in channels],
        "high": [high for _, high, _ in channels],
        "edges": [right for _, _, right in channels],
        "targets": a,
        "sources": p,
        "distances": [[distance(x, y, layers) for y in p] for x in a],
    }


def gabor() -> list[dict]:
    """A grid of samples of each kernel, finest scale first, orientation by orientation, real part then imaginary."""
    scales, orientations, low, high = 4, 6, 0.05, 0.4
    a = (high / low) ** (1 / (scales - 1))
    log4 = 2 * math.log(2)
    su = (a - 1) * high / ((a + 1) * math.sqrt(log4))
    sv = math.tan(math.pi / (2 * orientations)) * (high - log4 * su**2 / high)
    sv /= math.sqrt(log4 - log4**2 * su**2 / high**2)
    sx, sy = 1 / (2 * math.pi * su), 1 / (2 * math.pi * sv)
    result = []
    for m in range(scales):
        radius = math.ceil(2.5 * max(sx, sy) * a**m)
        y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
        samples = []
        for n in range(orientations):
            theta = n * math.pi / orientations
            u = a**-m * (x * math.cos(theta) + y * math.sin(theta))
            v = a**-m * (-x * math.sin(theta) + y * math.cos(theta))
            envelope = a ** (-2 * m) / (2 * math.pi * sx * sy) * np.exp(-0.5 * (u**2 / sx**2 + v**2 / sy**2))
            wave = np.exp(2j * math.pi * high * u)
            kernel = envelope * (wave - (envelope * wave).sum() / envelope.sum())
            assert abs(kernel.sum()) < 1e-12
            step = (2 * radius + 1) // 4
            grid = kernel[radius % step :: step, radius % step :: step]
            samples += [grid.real, grid.imag]
        result.append({"radius": radius, "step": step, "samples": samples})
    return result


def round_() -> dict:
    """Counts of source images after a round, capped at m = 40, K_0 = 3."""
    logits = lcg.named("borrowing/logits", (16, 3), scale=10)
    labels = [i % 3 for i in range(16)]
    counts = [3, 9, 39, 3, 3, 35, 3, 20, 3, 3, 40, 3, 15, 3, 27, 3]
    after, kinds = [], []
    for row, label, count in zip(logits.array().astype(np.float64), labels, counts):
        p = np.exp(row) / np.exp(row).sum()
        entropy = -(p * np.log(p)).sum()
        kind = "misclassified" if p.argmax() != label else "uncertain" if entropy >= 0.1 else "certain"
        kinds.append(kind)
        after.append(min(40, count + {"misclassified": 12, "uncertain": 6, "certain": 0}[kind]))
    assert set(kinds) == {"misclassified", "uncertain", "certain"}, kinds
    return {"length": 40, "initial": 3, "logits": logits.json(), "labels": labels, "counts": counts, "after": after}


def pixels(name: str, amplitudes: list[int], offsets: list[int]) -> tuple[lcg.Recipe, np.ndarray]:
    """Images [N, 32, 32, 3] of noise: floor(offset + amplitude * v)."""
    recipe = lcg.named(name, (len(amplitudes), 32, 32, 3))
    noise = recipe.array().astype(np.float64)
    scaled = np.array(offsets)[:, None, None, None] + np.array(amplitudes)[:, None, None, None] * noise
    return recipe, np.floor(scaled).astype(np.uint8)


def whole() -> dict:
    """Images of different contrast and brightness, ranked by the first two convolutions of a CIFAR ResNet."""
    bins, length = 20, 6
    given = {
        "targets": {"amplitudes": [20, 60, 100, 35], "offsets": [60, 120, 127, 190]},
        "sources": {
            "amplitudes": [13, 24, 32, 43, 52, 64, 70, 90, 104, 120],
            "offsets": [180, 60, 190, 110, 140, 120, 100, 150, 130, 125],
        },
    }
    tensors = {
        "conv1.weight": lcg.named("borrowing/conv1.weight", (16, 3, 3, 3), scale=0.3),
        "bn1.weight": lcg.named("borrowing/bn1.weight", (16,), scale=0.25, offset=1),
        "bn1.bias": lcg.named("borrowing/bn1.bias", (16,), scale=0.25),
        "bn1.running_mean": lcg.named("borrowing/bn1.running_mean", (16,), scale=0.25),
        "bn1.running_var": lcg.named("borrowing/bn1.running_var", (16,), scale=0.25, offset=1),
        "layer1.0.conv1.weight": lcg.named("borrowing/layer1.0.conv1.weight", (16, 16, 3, 3), scale=0.25),
    }
    t = {key: torch.from_numpy(recipe.array()).double() for key, recipe in tensors.items()}

    def maps(images: np.ndarray) -> np.ndarray:
        x = torch.from_numpy(images).double().permute(0, 3, 1, 2) / 255
        x = (x - torch.tensor([0.485, 0.456, 0.406])[:, None, None]) / torch.tensor([0.229, 0.224, 0.225])[:, None, None]
        first = conv2d(x, t["conv1.weight"], padding=1)
        normalised = batch_norm(
            first, t["bn1.running_mean"], t["bn1.running_var"], t["bn1.weight"], t["bn1.bias"], eps=1e-5
        )
        second = conv2d(relu(normalised), t["layer1.0.conv1.weight"], padding=1)
        return torch.cat([first, second], 1).numpy().astype(np.float32)

    images = {key: pixels(f"borrowing/{key}/pixels", **value) for key, value in given.items()}
    _, a, p = describe(maps(images["targets"][1]), maps(images["sources"][1]), bins)
    distances = np.array([[distance(x, y, [16, 16]) for y in p] for x in a])
    ordered = np.sort(distances, axis=1)
    # Far above what rounding of maps can change.
    assert np.diff(ordered, axis=1).min() > 0.01
    return {
        "bins": bins,
        "length": length,
        "targets": given["targets"] | {"noise": images["targets"][0].json()},
        "sources": given["sources"] | {"noise": images["sources"][0].json()},
        "tensors": {key: recipe.json() for key, recipe in tensors.items()},
        "neighbours": np.argsort(distances, axis=1)[:, :length],
    }


if __name__ == "__main__":
    golden.write(
        "borrowing",
        {
            "script": "borrowing.py",
            "numpy": np.__version__,
            "torch": torch.__version__,
            "histograms": histograms(),
            "gabor": gabor(),
            "round": round_(),
            "whole": whole(),
        },
    )
