"""Writes statistics-reference.json: distributions and intervals of scipy, and the fold values of a published comparison.

Run by hand where scikit-learn is installed:  python3 make_statistics_reference.py > statistics-reference.json
Written with scikit-learn 1.2.1, scipy 1.10.1 and numpy 1.24.2.
"""
import json
import sys

import numpy
from scipy import optimize, stats
from scipy.stats._resampling import _bca_interval
from sklearn.datasets import make_moons
from sklearn.model_selection import GridSearchCV, RepeatedStratifiedKFold
from sklearn.svm import SVC


def distributions():
    return {
        "normalCdf": [[x, stats.norm.cdf(x)] for x in [-30, -8, -3.7, -2.5, -1.96, -0.3, 0, 0.01, 0.7, 2.4, 2.6, 3.5, 6]],
        "normalQuantile": [[p, stats.norm.ppf(p)] for p in [1e-12, 1e-5, 0.005, 0.025, 0.3, 0.5, 0.6, 0.95, 0.975, 0.9999]],
        "studentTwoSidedTail": [[t, df, 2 * stats.t.sf(t, df)] for df in [1, 2, 4, 9, 99, 5000] for t in [0, 0.1, 1, 2.5, 7]],
        "twoSidedStudent": [[level, df, student_quantile(level, df)] for df in [1, 2, 4, 9, 99, 5000] for level in [0.6, 0.9, 0.95, 0.999]],
        "betaQuantile": [[p, a, b, stats.beta.ppf(p, a, b)] for a, b in [(1, 1), (0.5, 0.5), (3, 17), (82, 183), (1, 20), (5000, 3)] for p in [0.025, 0.5, 0.975]],
        "wilson": [[k, n, *interval(k, n, "wilson")] for k, n in PROPORTIONS],
        "clopperPearson": [[k, n, *interval(k, n, "exact")] for k, n in PROPORTIONS],
    }


def student_quantile(level, df):
    """By the distribution function: stats.t.ppf is right to nine digits only."""
    return optimize.brentq(lambda t: 2 * stats.t.sf(t, df) - (1 - level), 0, 1e4, xtol=1e-14, rtol=1e-15)


PROPORTIONS = [(0, 1), (1, 1), (1, 2), (0, 20), (20, 20), (15, 148), (81, 263), (3, 10), (999, 1000)]


def interval(k, n, method):
    result = stats.binomtest(k, n).proportion_ci(0.95, method)
    return [result.low, result.high]


def ratio(values, axis=-1):
    return (values ** 2).mean(axis=axis) / values.mean(axis=axis)


def area(positives, negatives, axis=-1):
    shares = (positives[..., :, None] > negatives[..., None, :]) + 0.5 * (positives[..., :, None] == negatives[..., None, :])
    return shares.mean(axis=(-1, -2))


def bca(samples, statistic, random, count):
    replicates = numpy.array([statistic(*[random.choice(sample, len(sample)) for sample in samples]) for _ in range(count)])
    ends = {}
    for level in [0.9, 0.95]:
        lower, upper, acceleration = _bca_interval(samples, statistic, -1, (1 - level) / 2, replicates, None)
        ends[str(level)] = [numpy.percentile(replicates, 100 * float(lower)), numpy.percentile(replicates, 100 * float(upper))]
    return {
        "samples": [sample.tolist() for sample in samples],
        "estimate": float(statistic(*samples)),
        "replicates": replicates.tolist(),
        "acceleration": float(acceleration),
        "intervals": ends,
    }


def grid_search():
    """The example "Statistical comparison of models using grid search" of scikit-learn's documentation."""
    x, y = make_moons(noise=0.352, random_state=1, n_samples=100)
    folds = RepeatedStratifiedKFold(n_splits=10, n_repeats=10, random_state=0)
    search = GridSearchCV(SVC(random_state=0), [{"kernel": ["linear"]}, {"kernel": ["rbf"]}], scoring="roc_auc", cv=folds).fit(x, y)
    splits = [[float(search.cv_results_[f"split{i}_test_score"][model]) for i in range(100)] for model in range(2)]
    return {"linear": splits[0], "rbf": splits[1]}


random = numpy.random.default_rng(5)
positives = random.normal(1, 1, 14).round(1)
negatives = random.normal(0, 1, 19).round(1)
result = {
    **distributions(),
    "bcaOneSample": bca([random.gamma(2, 1, 30).round(3)], ratio, random, 400),
    "bcaTwoSamples": bca([negatives, positives], lambda n, p, axis=-1: area(p, n), random, 400),
    "gridSearch": grid_search(),
}


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return float(f"{float(value):.14g}")


json.dump(plain(result), sys.stdout, separators=(",", ":"))
