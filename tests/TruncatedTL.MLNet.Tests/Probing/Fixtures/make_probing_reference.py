"""Writes probing-reference.json: scores of random features by scikit-learn where it has them, else by the formulas of the papers, in numpy.

Run by hand where they are installed:  python3 make_probing_reference.py > probing-reference.json
Written with scikit-learn 1.2.1 and numpy 1.24.2.
"""
import json

import numpy
from sklearn.covariance import LedoitWolf
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

PENALTIES = [1e3, 1e2, 1e1, 1, 1e-1, 1e-2, 1e-3]
NEIGHBOURS = 5
MAX_DIMENSION = 256


def draw(random, rows, columns, classes, signal, constant):
    labels = random.permutation(numpy.arange(rows) % classes)
    mixing = random.normal(size=(columns, columns)) / numpy.sqrt(columns)
    features = random.normal(size=(rows, columns)) @ mixing + signal * random.normal(size=(classes, columns))[labels] + 3
    if constant:
        features[:, 1] = 2.5
    # Exact in float32.
    return numpy.round(features * 1024) / 1024, labels


def standardized(train, other):
    deviation = train.std(axis=0)
    return (other - train.mean(axis=0)) / numpy.where(deviation > 0, deviation, 1)


def columns_of(labels, classes):
    return [1] if classes == 2 else list(range(classes))


def ridge(features, labels, folds, classes):
    columns = columns_of(labels, classes)
    targets = numpy.stack([numpy.where(labels == c, 1.0, -1.0) for c in columns], axis=1)
    best = None
    for multiple in PENALTIES:
        predicted = numpy.zeros_like(targets)
        for fold in range(folds.max() + 1):
            out = folds == fold
            predicted[out] = Ridge(alpha=multiple * len(labels), solver="cholesky").fit(features[~out], targets[~out]).predict(features[out]).reshape(out.sum(), -1)
        error = numpy.mean((predicted - targets) ** 2)
        if best is None or error < best[0]:
            best = (error, multiple * len(labels), predicted)
    _, penalty, predicted = best
    area = numpy.mean([numpy.mean([roc_auc_score(labels[folds == f] == c, predicted[folds == f, k]) for f in range(folds.max() + 1)])
                       for k, c in enumerate(columns)])
    return area, penalty, predicted


def neighbours(features, labels, groups, classes):
    near = NearestNeighbors(n_neighbors=len(labels), algorithm="brute", metric="cosine").fit(features).kneighbors(features, return_distance=False)
    votes = numpy.array([labels[[j for j in row if groups[j] != groups[i]][:NEIGHBOURS]] for i, row in enumerate(near)])
    return numpy.mean([roc_auc_score(labels == c, numpy.mean(votes == c, axis=1)) for c in columns_of(labels, classes)])


def h_score(features, labels, classes):
    centred = features - features.mean(axis=0)
    estimate = LedoitWolf().fit(centred)
    means = numpy.array([centred[labels == c].mean(axis=0) for c in range(classes)])
    shares = numpy.array([numpy.mean(labels == c) for c in range(classes)])
    between = (means * shares[:, None]).T @ means
    # A constant feature has no covariance with the class means, so that its row of the inverse plays no part.
    return (1 - estimate.shrinkage_) * numpy.trace(numpy.linalg.solve(estimate.covariance_, between))


def log_evidence(features, labels, classes):
    """The fixed point of MacKay, as in the authors' program, run to convergence; with min(rows, columns) terms and centred targets."""
    left, singular, _ = numpy.linalg.svd(features - features.mean(axis=0), full_matrices=False)
    kept = singular > 1e-5 * singular[0]
    left, spectrum = left[:, kept][:, :MAX_DIMENSION], singular[kept][:MAX_DIMENSION] ** 2
    rows, values = len(labels), []
    degrees = rows - 1
    for c in columns_of(labels, classes):
        y = (labels == c) - numpy.mean(labels == c)
        squared = (left.T @ y) ** 2
        rest = max(y @ y - squared.sum(), 0)
        alpha, beta = 1.0, 1.0
        for _ in range(200000):
            ratio = alpha / beta
            gamma = numpy.sum(spectrum / (spectrum + ratio))
            norm = numpy.sum(spectrum * squared / (spectrum + ratio) ** 2)
            misfit = numpy.sum(squared * (ratio / (ratio + spectrum)) ** 2) + rest
            alpha, beta = gamma / norm, (degrees - gamma) / misfit
            if abs(alpha / beta / ratio - 1) < 1e-14:
                break
        norm = numpy.sum(spectrum * squared / (spectrum + alpha / beta) ** 2)
        misfit = numpy.sum(squared * (alpha / beta / (alpha / beta + spectrum)) ** 2) + rest
        evidence = (len(spectrum) * numpy.log(alpha) + degrees * numpy.log(beta) - numpy.sum(numpy.log(alpha + beta * spectrum))
                    - beta * misfit - alpha * norm - degrees * numpy.log(2 * numpy.pi)) / 2
        values.append(evidence / rows)
    return numpy.mean(values)


def cka(x, y):
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    return numpy.sum((x.T @ y) ** 2) / numpy.linalg.norm(x.T @ x) / numpy.linalg.norm(y.T @ y)


def independence(k, m):
    """Song et al. 2012, equation 5, of kernels without their diagonals."""
    n = len(k)
    k, m = k - numpy.diag(numpy.diag(k)), m - numpy.diag(numpy.diag(m))
    return (numpy.trace(k @ m) + k.sum() * m.sum() / (n - 1) / (n - 2) - 2 / (n - 2) * (k.sum(axis=0) @ m.sum(axis=0))) / n / (n - 3)


def unbiased_cka(x, y):
    k, m = x @ x.T, y @ y.T
    return independence(k, m) / numpy.sqrt(independence(k, k) * independence(m, m))


def svcca(x, y, share):
    bases = []
    for z in (x, y):
        left, singular, _ = numpy.linalg.svd(z - z.mean(axis=0), full_matrices=False)
        kept = numpy.searchsorted(numpy.cumsum(singular ** 2) / numpy.sum(singular ** 2), share) + 1
        bases.append(numpy.linalg.qr(left[:, :kept] * singular[:kept])[0])
    return numpy.mean(numpy.linalg.svd(bases[0].T @ bases[1], compute_uv=False))


cases = []
for index, (rows, columns, classes, signal, constant) in enumerate([(60, 6, 2, 0.4, False), (40, 60, 2, 0.3, False), (75, 10, 3, 0.5, True), (45, 55, 4, 0.6, True)]):
    random = numpy.random.default_rng(index)
    raw, labels = draw(random, rows, columns, classes, signal, constant)
    other, other_labels = draw(random, 20, columns, classes, signal, constant)
    second = numpy.round((raw[:, :5] @ random.normal(size=(5, 7)) + random.normal(size=(rows, 7))) * 1024) / 1024
    # Dealt class by class, so that every fold has every class.
    folds = numpy.zeros(rows, dtype=int)
    for c in range(classes):
        members = numpy.flatnonzero(labels == c)
        folds[members] = random.permutation(len(members)) % 5
    groups = random.integers(0, rows // 3, size=rows)
    features = standardized(raw, raw)
    area, penalty, predicted = ridge(features, labels, folds, classes)
    targets = numpy.stack([numpy.where(labels == c, 1.0, -1.0) for c in columns_of(labels, classes)], axis=1)
    scores = Ridge(alpha=penalty, solver="cholesky").fit(features, targets).predict(standardized(raw, other)).reshape(20, -1)
    cases.append({
        "columns": columns, "labels": labels.tolist(), "features": raw.ravel().tolist(), "folds": folds.tolist(), "groups": groups.tolist(),
        "otherLabels": other_labels.tolist(), "other": other.ravel().tolist(), "second": second.ravel().tolist(),
        "ridgeAuroc": area, "penalty": penalty, "heldOut": predicted.ravel().tolist(),
        "ridgeValidationAuroc": numpy.mean([roc_auc_score(other_labels == c, scores[:, k]) for k, c in enumerate(columns_of(labels, classes))]),
        "neighbours": neighbours(features, labels, numpy.arange(rows), classes), "groupedNeighbours": neighbours(features, labels, groups, classes),
        "hScore": h_score(raw, labels, classes), "logEvidence": log_evidence(features, labels, classes),
        "cka": cka(raw, second), "unbiasedCka": unbiased_cka(raw, second), "svcca": svcca(raw, second, 0.9),
    })
print("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]")
