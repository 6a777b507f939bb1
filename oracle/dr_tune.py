"""DR-Tune on small banks, image by image: rotations, calibrated banks, the penalty, its gradients, the next banks.

Writes test/golden/dr-tune.json, float64 throughout. B = 4, d = 6, K = 5; of twelve images in the bank one is alone in its
class, and one class is absent. Rotations are SciPy's: orthogonal_procrustes where its solution has determinant 1, else
align_vectors in three dimensions, and the singular value decomposition with its last direction flipped in others.

* Calibration: rows to unit length; centred and rotated (if it is a batch's turn); moved, class by class, from their mean
  to the mean of downstream features weighted by softmax(w_c . v); to unit length; times the batch's mean length.
* Term: sum over the bank of the cross-entropy under the head, over B. Only the head has a gradient.
* `concatenated` is the authors' loss: the mean cross-entropy over batch and bank together.
"""

import numpy as np
import scipy
import torch
from scipy.linalg import orthogonal_procrustes
from scipy.spatial.transform import Rotation
from torch.nn.functional import cross_entropy, linear, normalize

import golden
import lcg

BATCH, WIDTH, CLASSES, BANK = 4, 6, 5, 12
LABELS = [2, 0, 4, 1]
BANK_LABELS = [0, 1, 0, 2, 1, 0, 3, 2, 1, 0, 2, 0]

INPUTS = {
    "features": lcg.named("dr-tune/features", (BATCH, WIDTH), offset=0.25),
    "pretrainedFeatures": lcg.named("dr-tune/sourceFeatures", (BATCH, WIDTH), offset=0.25),
    "pretrained": lcg.named("dr-tune/source", (BANK, WIDTH), offset=0.25),
    "downstream": lcg.named("dr-tune/downstream", (BANK, WIDTH), offset=0.25),
    "weight": lcg.named("dr-tune/weight", (CLASSES, WIDTH)),
    "bias": lcg.named("dr-tune/bias", (CLASSES,)),
}
CASES = {
    "rotated": {},
    "between rotations": {"step": 3},
    "second rotation": {"step": 10},
    "rotated always": {"step": 3, "options": {"period": 1}},
    "never rotated": {"options": {"period": 0}},
    "vectors as they are": {"options": {"normalize": False}},
    "vectors as they are, not rotated": {"step": 1, "options": {"normalize": False}},
    "a bank of one batch": {"bank": BATCH, "step": 1},
}
ROTATIONS = [(1, 0), (2, 0), (2, 2), (3, 0), (3, 1), (6, 3), (6, 1), (24, 2), (24, 1)]  # d, variant


def points(width: int, variant: int):
    recipes = [lcg.named(f"dr-tune/{side}/{variant}", (2 * width, width)) for side in ("from", "to")]
    return recipes, [recipe.array().astype(np.float64) for recipe in recipes]


def rotation(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """R with determinant 1 that minimises sum_k ||R x_k - y_k||^2, x_k and y_k being rows."""
    orthogonal, _ = orthogonal_procrustes(x, y)
    if np.linalg.det(orthogonal) > 0:
        return orthogonal.T
    if x.shape[1] == 3:
        return Rotation.align_vectors(y, x)[0].as_matrix()
    v, _, ut = np.linalg.svd(y.T @ x)
    v[:, -1] *= -1
    return v @ ut


def calibrated(source, downstream, labels, weight, rotate: bool, unit: bool) -> torch.Tensor:
    if unit:
        source, downstream = normalize(source), normalize(downstream)
    if rotate:
        x, y = source - source.mean(0), downstream - downstream.mean(0)
        turn = torch.from_numpy(rotation(x.numpy(), y.numpy()))
        source = torch.stack([turn @ row for row in x])
    moved = source.clone()
    for c in set(labels):
        own = [k for k, label in enumerate(labels) if label == c]
        phi = weight[c] / weight[c].norm() if unit else weight[c]
        share = torch.softmax(torch.stack([phi @ downstream[k] for k in own]), 0)
        there = sum(a * downstream[k] for a, k in zip(share, own))
        here = sum(source[k] for k in own) / len(own)
        for k in own:
            moved[k] = source[k] + there - here
    return normalize(moved) if unit else moved


def evaluate(name: str, case: dict) -> dict:
    tensors = {key: torch.from_numpy(recipe.array()).double() for key, recipe in INPUTS.items()}
    size, step, options = case.get("bank", BANK), case.get("step", 0), case.get("options", {})
    labels = BANK_LABELS[:size]
    source, downstream = tensors["pretrained"][:size], tensors["downstream"][:size]
    features, weight, bias = (tensors[key].requires_grad_() for key in ("features", "weight", "bias"))
    period, unit = options.get("period", 10), options.get("normalize", True)
    rotate = period > 0 and step % period == 0

    with torch.no_grad():
        rows = calibrated(source, downstream, labels, weight, rotate, unit)
        length = sum(row.norm() for row in features) / BATCH if unit else 1
    penalty = cross_entropy(linear(length * rows, weight, bias), torch.tensor(labels), reduction="sum") / BATCH
    task = cross_entropy(linear(features, weight, bias), torch.tensor(LABELS))
    everything = linear(torch.cat([features, length * rows]), weight, bias)
    concatenated = cross_entropy(everything, torch.tensor(LABELS + labels))
    gradients = torch.autograd.grad(penalty, [features, weight, bias], materialize_grads=True)
    entering = {"pretrained": tensors["pretrainedFeatures"], "downstream": features.detach()}
    return {
        "name": name,
        "bank": size,
        "step": step,
        "options": options,
        "calibrated": rows,
        "penalty": penalty,
        "taskLoss": task,
        "concatenated": concatenated,
        "gradients": dict(zip(("features", "head.weight", "head.bias"), gradients)),
        "next": {
            "pretrained": torch.cat([source, entering["pretrained"]])[-size:],
            "downstream": torch.cat([downstream, entering["downstream"]])[-size:],
            "labels": (labels + LABELS)[-size:],
        },
    }


def check() -> None:
    """Both kinds of rotations are there, none of them ill-conditioned, and no rotation nearby is better."""
    kinds = set()
    random = np.random.default_rng(0)
    for width, variant in ROTATIONS:
        _, (x, y) = points(width, variant)
        best = rotation(x, y)
        values = np.linalg.svd(y.T @ x, compute_uv=False)
        assert values[-1] > 1e-4 * values[0], (width, variant)
        assert abs(np.linalg.det(best) - 1) < 1e-9
        kinds.add((width, round(np.linalg.det(orthogonal_procrustes(x, y)[0]))))
        for _ in range(20):
            skew = 1e-3 * random.standard_normal((width, width))
            near = best @ scipy.linalg.expm(skew - skew.T)
            assert np.linalg.norm(x @ near.T - y) >= np.linalg.norm(x @ best.T - y) - 1e-12
    print(sorted(kinds))
    assert {(3, 1), (3, -1), (24, 1), (24, -1)} <= kinds


if __name__ == "__main__":
    check()
    golden.write(
        "dr-tune",
        {
            "script": "dr_tune.py",
            "torch": torch.__version__,
            "scipy": scipy.__version__,
            "classes": CLASSES,
            "labels": LABELS,
            "bankLabels": BANK_LABELS,
            "inputs": INPUTS,
            "rotations": [
                {"from": recipes[0], "to": recipes[1], "rotation": rotation(*arrays)}
                for recipes, arrays in (points(*case) for case in ROTATIONS)
            ],
            "cases": [evaluate(name, case) for name, case in CASES.items()],
        },
    )
