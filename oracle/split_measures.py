"""What --diagnostics measures of a split, by NumPy, SciPy and scikit-learn: the golden file of split-measures.test.ts.

Entropies as in analysis.py; calibration as in calibration.py, by a temperature that is given and by those of the other half.
"""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.spatial.distance import pdist
from scipy.special import gammaln, log_softmax, softmax
from sklearn.metrics import f1_score, log_loss, precision_recall_fscore_support, top_k_accuracy_score

from golden import write

n, classes, d, seed, temperature = 48, 7, 6, 20261128, 1.75
random = np.random.default_rng(seed)
labels = np.sort(np.append(random.integers(0, classes - 1, n - 1), classes - 1))  # the last class has one image
logits = np.round(2 * random.normal(size=(n, classes)), 3)
logits[np.arange(n), labels] += 3.5
logits[:, 4] -= 9  # never the answer
features = np.round(random.normal(size=(n, d)) + 2 * random.normal(size=(classes, d))[labels], 3)
logits, features = logits.astype(np.float32).astype(float), features.astype(np.float32).astype(float)
answers = logits.argmax(axis=1)


def mean_log_distance(x):
    return np.log(pdist(x)).mean()


def ece(p, labels, bins=15):
    confidence, right = p.max(axis=1), p.argmax(axis=1) == labels
    edges = np.linspace(0, 1, bins + 1)
    inside = [(confidence > low) & (confidence <= high) for low, high in zip(edges[:-1], edges[1:])]
    return sum(abs(right[b].mean() - confidence[b].mean()) * b.mean() for b in inside if b.any())


def fitted(logits, labels):
    loss = lambda t: -log_softmax(logits / np.exp(t), axis=1)[np.arange(len(labels)), labels].mean()
    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded", options={"xatol": 1e-12}).x))


halves = [np.arange(n) % 2 == parity for parity in (0, 1)]
crossed = np.empty_like(logits)
for half, other in (halves, halves[::-1]):
    crossed[half] = softmax(logits[half] / fitted(logits[other], labels[other]), axis=1)

sizes = np.bincount(labels, minlength=classes)
large = [k for k in range(classes) if sizes[k] > 1]
everything = d * mean_log_distance(features)
conditional = d * sum(sizes[k] * mean_log_distance(features[labels == k]) for k in large) / sizes[large].sum()
constant = 1 + d / 2 * np.log(np.pi) - gammaln(d / 2 + 1)
norms = np.linalg.norm(features, axis=1)
precision, recall, f1, _ = precision_recall_fscore_support(labels, answers, labels=range(classes), zero_division=np.nan)

write("split-measures", {
    "classes": classes,
    "temperature": temperature,
    "labels": labels.tolist(),
    "logits": logits.round(3).tolist(),
    "features": features.round(3).tolist(),
    "measures": {
        "norm_of_mean_feature": np.linalg.norm(features.mean(axis=0)),
        "mean_feature_norm": norms.mean(),
        "mean_squared_feature_norm": (norms**2).mean(),
        "entropy": everything + constant,
        "entropy_without_constant": everything,
        "conditional_entropy": conditional + constant,
        "conditional_entropy_without_constant": conditional,
        "mutual_information": everything - conditional,
        "top5_accuracy": top_k_accuracy_score(labels, logits, k=5),
        "macro_f1": f1_score(labels, answers, average="macro"),
        "log_loss": log_loss(labels, softmax(logits, axis=1)),
        "ece": ece(softmax(logits, axis=1), labels),
        "ece_calibrated": ece(softmax(logits / temperature, axis=1), labels),
    },
    "ece_cross_fitted": ece(crossed, labels),
    "perClass": [
        {"precision": None if np.isnan(p) else p, "recall": r, "f1": f}
        for p, r, f in zip(precision, recall, f1)
    ],
})
