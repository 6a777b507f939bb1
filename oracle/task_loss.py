"""The cross-entropy of training: label smoothing, weights of classes, labels that are shares of two classes.

Writes test/golden/task-loss.json, float64, by PyTorch's CrossEntropyLoss(weight, label_smoothing) for probabilities, which
divides by the number of images. Its form for class indices divides by the sum of the labels' weights instead; the two agree
up to that.
"""

import numpy as np
import torch

import golden
import lcg

IMAGES, CLASSES = 6, 4
LABELS = [0, 3, 1, 1, 2, 3]
OTHERS = [3, 1, 1, 0, 0, 2]
WEIGHTS = [0.5, 0.75, 1.5, 2.25]
CASES = [(0.0, False, 1.0), (0.1, False, 1.0), (0.0, True, 1.0), (0.2, True, 1.0), (0.0, False, 0.7), (0.1, True, 0.6)]


def evaluate(smoothing: float, weighted: bool, share: float) -> dict:
    recipe = lcg.named("task-loss", (IMAGES, CLASSES), offset=0.25)
    logits = torch.from_numpy(2 * recipe.array().astype(np.float64)).requires_grad_()
    weights = torch.tensor(WEIGHTS, dtype=torch.float64) if weighted else None
    rows = [torch.nn.functional.one_hot(torch.tensor(labels), CLASSES).double() for labels in (LABELS, OTHERS)]
    shares = share * rows[0] + (1 - share) * rows[1]
    criterion = torch.nn.CrossEntropyLoss(weight=weights, label_smoothing=smoothing)
    loss = criterion(logits, shares)
    if share == 1:
        scale = 1 if weights is None else weights[LABELS].sum().item() / IMAGES
        assert abs(scale * criterion(logits, torch.tensor(LABELS)).item() - loss.item()) < 1e-12
    (gradient,) = torch.autograd.grad(loss, logits)
    return {
        "logits": recipe.json(),
        "smoothing": smoothing,
        "weights": WEIGHTS if weighted else None,
        "shares": shares,
        "loss": loss.item(),
        "gradient": gradient.flatten(),
    }


if __name__ == "__main__":
    golden.write(
        "task-loss",
        {"script": "task_loss.py", "torch": torch.__version__, "cases": [evaluate(*case) for case in CASES]},
    )
