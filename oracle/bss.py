"""Batch spectral shrinkage: the sum of the k smallest squared singular values by SciPy, its gradient by torch's SVD.

Writes test/golden/bss.json, float64. Wide, tall and square features, several k; one with a singular value near zero.
"""

import numpy as np
import scipy
import torch

import golden
import lcg

CASES = [(5, 9, 1), (5, 9, 3), (9, 5, 1), (9, 5, 4), (6, 6, 2), (6, 6, 6), (12, 40, 1)]


def features(rows: int, columns: int) -> lcg.Recipe:
    return lcg.named(f"bss/{rows}x{columns}", (rows, columns), offset=0.25)


def evaluate(rows: int, columns: int, k: int) -> dict:
    recipe = features(rows, columns)
    values = recipe.array().astype(np.float64)
    penalty = np.sum(np.sort(scipy.linalg.svdvals(values))[:k] ** 2)
    tensor = torch.from_numpy(values).requires_grad_()
    loss = torch.linalg.svdvals(tensor).sort().values[:k].square().sum()
    assert abs(loss.item() - penalty) < 1e-12
    (gradient,) = torch.autograd.grad(loss, tensor)
    return {"features": recipe.json(), "k": k, "penalty": float(penalty), "gradient": gradient.flatten()}


if __name__ == "__main__":
    golden.write(
        "bss",
        {
            "script": "bss.py",
            "scipy": scipy.__version__,
            "torch": torch.__version__,
            "cases": [evaluate(*case) for case in CASES],
        },
    )
