"""Golden numbers for the tests of src/analysis that compare methods, from SciPy and statsmodels: `python oracle/comparisons.py` at
the repository's root. Besides oracle/requirements.txt it needs statsmodels (0.15.0).

Writes test/golden/analysis-comparisons.json. Demsar's own tables (JMLR 2006, tables 5 and 6) are in the tests.
"""

import itertools
import json
import pathlib

import numpy as np
from scipy import special, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower


def paired(a, b):
    return {"a": a, "b": b, "p": stats.ttest_rel(a, b).pvalue}


def bootstrap(values):
    """The percentile interval over all resamples."""
    means = [np.mean(r) for r in itertools.product(values, repeat=len(values))]
    return {"values": values, "low": np.quantile(means, 0.025), "high": np.quantile(means, 0.975)}


def friedman(scores):
    x = np.array(scores)
    test = stats.friedmanchisquare(*x.T)
    ranks = stats.rankdata(-x, axis=1).mean(axis=0)
    return {"scores": scores, "ranks": ranks.tolist(), "statistic": test.statistic, "p": test.pvalue}


def main():
    rng = np.random.default_rng(7)
    p = [0.01, 0.04, 0.03, 0.005, 0.5, 0.04]
    content = {
        "studentTails": [[t, df, 2 * stats.t.sf(t, df)] for t in (0.1, 1.0, 2.776, 8.0) for df in (1, 4, 30)],
        "chiSquareTail": [[x, df, stats.chi2.sf(x, df)] for x in (0.1, 1.0, 5.99, 40.0) for df in (1, 2, 5, 12)],
        "normalTail": [[z, stats.norm.sf(z)] for z in (-3.0, -0.5, 0.0, 0.3, 1.96, 6.0)],
        "incompleteGammaTail": [[a, x, special.gammaincc(a, x)] for a in (0.5, 3.0, 50.0) for x in (0.2, 3.0, 60.0)],
        "paired": [
            paired([91.2, 90.7, 92.4, 91.9, 90.1], [89.9, 90.3, 90.8, 91.5, 89.2]),
            paired([50.0, 55.0], [49.0, 51.0]),
        ],
        "pairsNeeded": [
            [d, TTestPower().solve_power(effect_size=d, alpha=0.05, power=0.8)] for d in (0.2, 0.5, 0.8, 1.2)
        ],
        "holm": {"p": p, "adjusted": multipletests(p, method="holm")[1].tolist()},
        "bootstrap": [bootstrap([1.3, 0.4, 1.6, 0.4, 0.9]), bootstrap([2.0, -1.0, 0.5])],
        "friedman": [
            friedman(np.round(rng.normal(size=(6, 4)), 2).tolist()),
            friedman([[3.0, 2.0, 2.0], [1.0, 1.0, 5.0], [4.0, 4.0, 4.0], [2.0, 1.0, 3.0]]),
        ],
        "range": [[k, stats.studentized_range.ppf(0.95, k, np.inf)] for k in (2, 3, 5, 10, 20)],
    }
    path = pathlib.Path("test/golden/analysis-comparisons.json")
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")


main()
