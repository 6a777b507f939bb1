"""Co-Tuning on a small problem: relationship matrices, the penalty and its gradient; and logistic regressions by themselves.

Writes test/golden/co-tuning.json, float64 throughout. d = 5, S = 6, K = 4; 60 training and 24 validation images, whose
labels follow from the source classes up to noise.

* direct:  Q[k] = mean of q(x) over training images of class k, q = softmax(tau o_s)
* reverse: scikit-learn's logistic regression of the label on q, no intercept, C from 1e4 down to 1e-4, the first of the
  best validation accuracies; s > 0 by the validation likelihood; Bayes' rule with the mean q of all images.
"""

import numpy as np
import sklearn
import torch
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

import golden
import lcg

WIDTH, SOURCE, CLASSES, TRAIN, VAL, BATCH = 5, 6, 4, 60, 24, 7
RECIPES = {
    "train": lcg.named("co-tuning/train", (TRAIN, WIDTH), scale=2.0),
    "val": lcg.named("co-tuning/val", (VAL, WIDTH), scale=2.0),
    "weight": lcg.named("co-tuning/weight", (SOURCE, WIDTH)),
    "bias": lcg.named("co-tuning/bias", (SOURCE,), scale=0.5),
    "pretrainedLogits": lcg.named("co-tuning/sourceLogits", (BATCH, SOURCE), scale=3.0),
}
CS = [1e4, 3e3, 1e3, 3e2, 1e2, 3e1, 1e1, 3e0, 1e0, 3e-1, 1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4]
BATCH_LABELS = [2, 0, 3, 3, 1, 0, 2]
TAU = 0.8840456604957581  # what the authors have for ResNet-50 on ImageNet

X = {name: recipe.array().astype(np.float64) for name, recipe in RECIPES.items()}


def labels_of(name: str, noise: float) -> np.ndarray:
    """The source class with the highest noisy logit, modulo K."""
    logits = X[name] @ X["weight"].T + X["bias"]
    return (logits + noise * lcg.named(f"co-tuning/{name} noise", logits.shape).array()).argmax(1) % CLASSES


LABELS = {"train": labels_of("train", 1.5), "val": labels_of("val", 1.5)}


def probabilities(name: str, tau: float) -> np.ndarray:
    return softmax(tau * (X[name] @ X["weight"].T + X["bias"]), axis=1)


def regression(x: np.ndarray, y: np.ndarray, c: float, intercept: bool) -> LogisticRegression:
    model = LogisticRegression(C=c, fit_intercept=intercept, solver="newton-cg", tol=1e-13, max_iter=100_000)
    return model.fit(x, y)


def direct(tau: float) -> np.ndarray:
    q = probabilities("train", tau)
    return np.stack([q[LABELS["train"] == k].mean(0) for k in range(CLASSES)])


def reverse(tau: float) -> tuple[np.ndarray, float, float]:
    """Q, C and s."""
    train, val = probabilities("train", tau), probabilities("val", tau)
    models = [regression(train, LABELS["train"], c, False) for c in CS]
    scores = [model.score(val, LABELS["val"]) for model in models]
    best = int(np.argmax(scores))
    for model in models:  # no decision hangs on rounding
        top = np.sort(model.decision_function(val), axis=1)
        assert (top[:, -1] - top[:, -2]).min() > 1e-5 * np.ptp(top), ((top[:, -1] - top[:, -2]).min(), np.ptp(top))
    z = models[best].decision_function(val)

    def likelihood(log_scale: float) -> float:
        return log_loss(LABELS["val"], softmax(np.exp(log_scale) * z, axis=1), labels=range(CLASSES))

    s = np.exp(minimize_scalar(likelihood, bounds=(-8, 8), options={"xatol": 1e-12}).x)
    marginal = np.concatenate([train, val]).mean(0)
    joint = np.zeros((CLASSES, SOURCE))
    for j in range(SOURCE):
        joint[:, j] = softmax(s * models[best].coef_[:, j]) * marginal[j]
    print(f"tau {tau:.3f}: accuracies {np.round(scores, 3).tolist()}, C {CS[best]}, s {s:.3f}")
    return np.stack([row / row.sum() for row in joint]), CS[best], s


def relationship(name: str, tau: float) -> dict:
    if name == "direct":
        return {"relationship": name, "tau": tau, "matrix": direct(tau)}
    matrix, c, s = reverse(tau)
    return {"relationship": name, "tau": tau, "C": c, "scale": s, "matrix": matrix}


def fitted(c: float, intercept: bool) -> dict:
    model = regression(X["train"], LABELS["train"], c, intercept)
    return {"C": c, "intercept": intercept, "weight": model.coef_, "bias": model.intercept_}


def penalty(matrix: np.ndarray) -> dict:
    """Image by image."""
    logits = torch.from_numpy(X["pretrainedLogits"]).requires_grad_()
    target = torch.from_numpy(matrix)
    losses = [
        torch.nn.functional.cross_entropy(o[None], target[y][None]) for o, y in zip(logits, BATCH_LABELS, strict=True)
    ]
    value = sum(losses) / BATCH
    value.backward()
    return {"labels": BATCH_LABELS, "matrix": matrix, "penalty": value, "gradient": logits.grad}


if __name__ == "__main__":
    print("train", np.bincount(LABELS["train"]), "val", np.bincount(LABELS["val"]))
    golden.write(
        "co-tuning",
        {
            "script": "co_tuning.py",
            "sklearn": sklearn.__version__,
            "classes": CLASSES,
            "inputs": {name: recipe.json() for name, recipe in RECIPES.items()},
            "labels": LABELS,
            "regressions": [fitted(c, intercept) for c in (1e-2, 1.0, 1e2) for intercept in (False, True)],
            "relationships": [relationship(name, tau) for name in ("direct", "reverse") for tau in (1.0, TAU)],
            "penalty": penalty(direct(1.0)),
        },
    )
