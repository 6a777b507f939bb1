"""A hundred updates of AdaRand's class means on fixed features, in NumPy, gradients derived by hand.

Writes test/golden/prior-*.json for three forms of the objective: `paper` (Yamaguchi et al., CVPR 2024), `article` (its
author's later, minimal form: divisor K^2, running mean anchored to the learned mean) and `squaredCosine`.
With u^ = u / |u|: d cos(u, v) / du = (v^ - cos(u, v) u^) / |u|.
"""

import numpy as np

import golden
import lcg

STEPS, CLASSES, WIDTH, BATCH = 100, 5, 16, 12
ALPHA, LR, BETAS, EPSILON = 0.5, 1e-3, (0.9, 0.999), 1e-8

CENTRES = lcg.named("prior/centres", (CLASSES, WIDTH), offset=0.5)
NOISE = [lcg.named(f"prior/noise/{t}", (BATCH, WIDTH), scale=0.5) for t in range(STEPS)]
# Squaring the uniform numbers makes the last classes rare, so that some batches miss them.
LABELS = [
    np.floor((lcg.uint32_stream(lcg.seed_of(f"prior/labels/{t}"), BATCH) / 2**32) ** 2 * CLASSES).astype(int)
    for t in range(STEPS)
]
MEAN = lcg.named("prior/mean", (CLASSES, WIDTH), offset=0.5)


def features(step: int) -> np.ndarray:
    """[B, d]: float32(centre + noise), then float64."""
    return (CENTRES.array()[LABELS[step]] + NOISE[step].array()).astype(np.float64)


def running_mean(form: str, mean, running, batch, labels):
    result = running.copy()
    for k in range(CLASSES):
        members = batch[labels == k]
        if form == "article":
            result[k] = ALPHA * mean[k] + (1 - ALPHA) * (members.mean(0) if len(members) else 0)
        elif len(members):
            result[k] = ALPHA * running[k] + (1 - ALPHA) * members.mean(0)
    return result


def objective(form: str, mean, running):
    """(l_intra, l_inter, gradient of their sum with respect to mean)."""
    lengths = np.linalg.norm(mean, axis=1, keepdims=True)
    unit = mean / lengths
    target = running / np.linalg.norm(running, axis=1, keepdims=True)
    own = (unit * target).sum(1)  # [K]
    others = unit @ unit.T  # [K, K]
    off = 1 - np.eye(CLASSES)
    pairs = CLASSES * (CLASSES - 1)
    if form == "squaredCosine":
        intra, inter = ((1 - own) ** 2).mean(), (off * others**2).sum() / pairs
        d_own, d_others = -2 * (1 - own) / CLASSES, 4 * others * off / pairs
    else:
        divisor = CLASSES**2 if form == "article" else pairs
        intra, inter = (1 - own).mean(), (off * others).sum() / divisor - (form == "paper")
        d_own, d_others = np.full(CLASSES, -1 / CLASSES), 2 * off / divisor
    # d_others counts every unordered pair twice, once per member: hence 2 and 4 above.
    towards = d_own[:, None] * (target - own[:, None] * unit)
    apart = d_others @ unit - (d_others * others).sum(1, keepdims=True) * unit
    return intra, inter, (towards + apart) / lengths


def check_gradient(form: str, mean, running, gradient) -> None:
    def value(moved) -> float:
        intra, inter, _ = objective(form, moved, running)
        return intra + inter

    numeric, h = np.zeros_like(mean), 1e-6
    for index in np.ndindex(mean.shape):
        step = np.zeros_like(mean)
        step[index] = h
        numeric[index] = (value(mean + step) - value(mean - step)) / (2 * h)
    assert np.abs(numeric - gradient).max() < 1e-9
    assert np.abs((gradient * mean).sum(1)).max() < 1e-15  # orthogonal to each mean: its length is free


def run(form: str) -> dict:
    mean = MEAN.array().astype(np.float64)
    running = mean.copy()
    first, second = np.zeros_like(mean), np.zeros_like(mean)
    result = {"intra": [], "inter": [], "states": []}
    for t in range(1, STEPS + 1):
        running = running_mean(form, mean, running, features(t - 1), LABELS[t - 1])
        intra, inter, gradient = objective(form, mean, running)
        if t in (1, 50):
            check_gradient(form, mean, running, gradient)
        result["intra"].append(intra)
        result["inter"].append(inter)
        first = BETAS[0] * first + (1 - BETAS[0]) * gradient
        second = BETAS[1] * second + (1 - BETAS[1]) * gradient**2
        corrected = second / (1 - BETAS[1] ** t)
        mean = mean - LR * first / (1 - BETAS[0] ** t) / (np.sqrt(corrected) + EPSILON)
        if t % 10 == 0:
            result["states"].append({"step": t, "mean": mean, "running": running})
    return result


if __name__ == "__main__":
    absent = sum(len(set(labels)) < CLASSES for labels in LABELS)
    assert 10 < absent < 90, absent
    for form in ("paper", "article", "squaredCosine"):
        result = run(form)
        golden.write(
            f"prior-{form}",
            {
                "script": "article.py",
                "numpy": np.__version__,
                "form": form,
                "alpha": ALPHA,
                "adam": {"lr": LR, "betas": BETAS, "eps": EPSILON},
                "centres": CENTRES,
                "featureNoise": NOISE,
                "labels": [labels.tolist() for labels in LABELS],
                "mean": MEAN,
                **result,
            },
        )
