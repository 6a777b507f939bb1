"""Golden numbers for src/analysis, from NumPy and SciPy: `python oracle/analysis.py` at the repository's root.

Writes test/golden/analysis-*.json. Inputs are in the files too, so the tests need no Python.
"""

import json
import pathlib

import numpy as np
from scipy import special, stats
from scipy.spatial.distance import pdist

GOLDEN = pathlib.Path("test/golden")


def write(name, content):
    GOLDEN.mkdir(parents=True, exist_ok=True)
    (GOLDEN / f"analysis-{name}.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")


def features(seed, n, d, decay):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d)) * decay ** np.arange(d) + rng.normal(size=d)
    return np.round(x, 3).astype(np.float32)


def pca(x, k):
    centred = x.astype(np.float64) - x.astype(np.float64).mean(axis=0)
    _, s, vt = np.linalg.svd(centred, full_matrices=False)
    v = vt[:k]
    v = v * np.sign(v[np.arange(k), np.abs(v).argmax(axis=1)])[:, None]
    return {
        "components": v.ravel().tolist(),
        "projections": (centred @ v.T).ravel().tolist(),
        "explainedVarianceRatio": (s[:k] ** 2 / (s**2).sum()).tolist(),
    }


def mean_nn(x):
    """The published formula, constant included."""
    d = x.shape[1]
    return d * np.log(pdist(x)).mean() + 1 + d / 2 * np.log(np.pi) - special.gammaln(d / 2 + 1)


def main():
    cases = []
    for seed, (n, d, k, decay) in enumerate([(40, 6, 2, 0.7), (12, 30, 3, 0.9), (60, 3, 3, 0.8), (50, 40, 2, 0.99)]):
        x = features(seed, n, d, decay)
        cases.append({"n": n, "d": d, "k": k, "features": np.round(x.ravel().astype(float), 3).tolist(), **pca(x, k)})
    write("pca", cases)

    x = features(9, 60, 5, 0.8)
    labels = np.random.default_rng(9).integers(0, 4, size=60)
    labels[0] = 4  # a class of one sample
    x64 = x.astype(np.float64)
    sizes = {k: (labels == k).sum() for k in range(4)}
    conditional = sum(m * mean_nn(x64[labels == k]) for k, m in sizes.items()) / sum(sizes.values())
    norms = np.linalg.norm(x64, axis=1)
    write("entropy", {
        "n": 60, "d": 5,
        "features": np.round(x.ravel().astype(float), 3).tolist(),
        "labels": labels.tolist(),
        "entropy": mean_nn(x64),
        "conditionalEntropy": conditional,
        "mutualInformation": mean_nn(x64) - conditional,
        "normOfMean": np.linalg.norm(x64.mean(axis=0)),
        "meanNorm": norms.mean(),
        "meanSquaredNorm": (norms**2).mean(),
    })

    a = [91.2, 90.7, 92.4, 91.9, 90.1]
    b = [89.9, 90.3, 90.8, 91.5, 89.2]
    test = stats.ttest_rel(a, b)
    interval = test.confidence_interval(0.95)
    points = [0.1, 0.5, 1.0, 1.5, 2.5, 7.25, 32.0, 1024.5]
    write("statistics", {
        "logGamma": [[p, special.gammaln(p)] for p in points],
        "digamma": [[p, special.psi(p)] for p in points],
        "incompleteBeta": [
            [p, *ab, special.betainc(*ab, p)]
            for p in (0.01, 0.3, 0.5, 0.9, 0.999)
            for ab in ((0.5, 0.5), (2.0, 3.0), (25.0, 0.5), (1000.0, 0.5), (0.5, 40.0))
        ],
        "studentQuantile": [
            [p, df, stats.t.ppf(p, df)]
            for p in (0.6, 0.9, 0.975, 0.995, 0.9999)
            for df in (1, 2, 3, 4, 9, 29.5, 100, 10000, 100000, 1000000)
        ],
        "quantile": [[q, np.quantile(a, q)] for q in (0.0, 0.1, 0.25, 0.5, 0.9, 1.0)],
        "paired": {
            "a": a, "b": b,
            "mean": np.mean(np.subtract(a, b)), "std": np.std(np.subtract(a, b), ddof=1),
            "low": interval.low, "high": interval.high,
        },
        "wilson": [
            [k, n, *stats.binomtest(k, n).proportion_ci(0.95, method="wilson")]
            for k, n in ((0, 10), (10, 10), (37, 40), (850, 1000), (1, 3))
        ],
    })


main()
