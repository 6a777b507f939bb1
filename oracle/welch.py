"""Golden numbers for tools/claims/stratified-test.ts, from SciPy: `python oracle/welch.py` at the repository's root.

The mean of the means of a and b is half of the difference of a's mean and that of -b: Welch's test of that difference has the
same p, and an interval twice as wide. Writes test/golden/claims-welch.json.
"""

import json
import pathlib

from scipy import stats


def welch(a, b, against):
    test = stats.ttest_ind([x - 2 * against for x in a], [-x for x in b], equal_var=False)
    low, high = (stats.ttest_ind(a, [-x for x in b], equal_var=False)).confidence_interval(0.95)
    return {"a": a, "b": b, "against": against, "p": test.pvalue, "low": low / 2, "high": high / 2}


def main():
    content = [
        welch([1.75, 1.03, 1.96], [-1.26, -0.5, 6.3, 0.5], 0.0),
        welch([1.75, 1.03, 1.96], [-1.26, -0.5, 6.3, 0.5], 1.3),
        welch([34.2, 25.7, 23.8], [10.6, -0.5, 13.9], 0.6),
        welch([0.3, 0.31], [0.1, 0.5, 0.2, 0.4, 0.3], 0.0),
    ]
    path = pathlib.Path("test/golden/claims-welch.json")
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
