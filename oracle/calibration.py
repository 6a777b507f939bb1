"""Expected calibration error and temperature of seeded logits, by numpy and scipy: the golden file of calibration.test.ts."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from golden import write

n, classes, seed = 60, 4, 20260227
random = np.random.default_rng(seed)
labels = random.integers(0, classes, n)
logits = np.round(3 * random.normal(size=(n, classes)), 3).astype(np.float32)
logits[np.arange(n), labels] += np.float32(2.5)
wide = logits.astype(np.float64)


def error(temperature: float, bins: int = 15) -> float:
    p = softmax(wide / temperature, axis=1)
    confidence, right = p.max(axis=1), p.argmax(axis=1) == labels
    edges = np.linspace(0, 1, bins + 1)
    total = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            total += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return total


def loss(log_temperature: float) -> float:
    return -log_softmax(wide / np.exp(log_temperature), axis=1)[np.arange(n), labels].mean()


temperature = float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded", options={"xatol": 1e-12}).x))
write("calibration", {
    "classes": classes,
    "labels": labels.tolist(),
    "logits": logits.astype(np.float64).round(3).tolist(),
    "error": error(1),
    "temperature": temperature,
    "errorScaled": error(temperature),
    "lossScaled": loss(np.log(temperature)),
})
