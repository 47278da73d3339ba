"""Writes metric-cases.json: figures of scikit-learn for random and edge cases.

Run by hand where scikit-learn is installed:  python3 make_metric_cases.py > metric-cases.json
Written with scikit-learn 1.2.1, scipy 1.10.1 and numpy 1.24.2.

A figure of null must be undefined in the library. scikit-learn itself gives 0 or NaN, warns or fails in such cases; which those are is
decided here from counts. "absent" marks figures without a reference (top-k under ties, which scikit-learn breaks the other way round).
"""
import json
import sys
import warnings

import numpy
from sklearn import calibration, metrics

BINS = 5
TOP_K = 2
warnings.filterwarnings("error")


def binned_error(bins, probabilities, came_true, weights):
    total = weights.sum()
    error = 0.0
    for index in numpy.unique(bins):
        own = bins == index
        weight = weights[own].sum()
        promised = numpy.average(probabilities[own], weights=weights[own])
        came = numpy.average(came_true[own], weights=weights[own])
        error += weight / total * abs(promised - came)
    return error


def equal_width(probabilities, came_true, weights):
    bins = numpy.searchsorted(numpy.linspace(0, 1, BINS + 1)[1:-1], probabilities)
    error = binned_error(bins, probabilities, came_true, weights)
    if numpy.all(weights == 1) and len(numpy.unique(came_true)) == 2:
        true, predicted = calibration.calibration_curve(came_true, probabilities, n_bins=BINS)
        counts = numpy.array([numpy.sum(bins == index) for index in numpy.unique(bins)])
        assert abs(error - numpy.average(abs(true - predicted), weights=counts)) < 1e-12
    return error


def equal_mass(probabilities, came_true, weights):
    """Equal probabilities share the bin that holds their middle."""
    total = weights.sum()
    middles = numpy.array([weights[probabilities < p].sum() + weights[probabilities == p].sum() / 2 for p in probabilities])
    bins = numpy.minimum(BINS - 1, numpy.floor(BINS * middles / total + 1e-9)).astype(int)
    error = binned_error(bins, probabilities, came_true, weights)
    untied = len(numpy.unique(probabilities)) == len(probabilities)
    if numpy.all(weights == 1) and untied and len(weights) % BINS == 0 and len(numpy.unique(came_true)) == 2:
        true, predicted = calibration.calibration_curve(came_true, probabilities, n_bins=BINS, strategy="quantile")
        assert abs(error - numpy.mean(abs(true - predicted))) < 1e-12
    return error


def one_against_rest(positive, called, scores, weights):
    """Figures of a class; None where the counts do not define one."""
    both = weights[positive].sum() > 0 and weights[~positive].sum() > 0
    result = dict.fromkeys(["auroc", "auprc", "auprcTrapezoid", "sensitivity", "specificity", "ppv", "npv", "f1"])
    if both:
        result["auroc"] = metrics.roc_auc_score(positive, scores, sample_weight=weights)
        result["auprc"] = metrics.average_precision_score(positive, scores, sample_weight=weights)
        precision, recall, _ = metrics.precision_recall_curve(positive, scores, sample_weight=weights)
        result["auprcTrapezoid"] = metrics.auc(recall, precision)
    if positive.any():
        result["sensitivity"] = metrics.recall_score(positive, called, sample_weight=weights)
    if not positive.all():
        result["specificity"] = metrics.recall_score(positive, called, pos_label=False, sample_weight=weights)
    if called.any():
        result["ppv"] = metrics.precision_score(positive, called, sample_weight=weights)
    if not called.all():
        result["npv"] = metrics.precision_score(positive, called, pos_label=False, sample_weight=weights)
    if positive.any() or called.any():
        result["f1"] = metrics.f1_score(positive, called, sample_weight=weights, zero_division=0)
    return result


def whole(labels, decisions, weights, classes):
    occurring = numpy.unique(labels)
    result = dict.fromkeys(["balancedAccuracy", "mcc", "kappa", "quadraticKappa"])
    result["accuracy"] = metrics.accuracy_score(labels, decisions, sample_weight=weights)
    result["macroF1"] = metrics.f1_score(labels, decisions, labels=occurring, average="macro", sample_weight=weights, zero_division=0)
    result["weightedF1"] = metrics.f1_score(labels, decisions, labels=occurring, average="weighted", sample_weight=weights, zero_division=0)
    if len(occurring) > 1:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # classes that are predicted but do not occur
            result["balancedAccuracy"] = metrics.balanced_accuracy_score(labels, decisions, sample_weight=weights)
        if len(numpy.unique(decisions)) > 1:
            result["mcc"] = metrics.matthews_corrcoef(labels, decisions, sample_weight=weights)
    if len(occurring) > 1 or len(numpy.unique(decisions)) > 1 or labels[0] != decisions[0]:
        result["kappa"] = metrics.cohen_kappa_score(labels, decisions, labels=range(classes), sample_weight=weights)
        result["quadraticKappa"] = metrics.cohen_kappa_score(labels, decisions, labels=range(classes), weights="quadratic", sample_weight=weights)
    return result


def binary_case(name, labels, probabilities, weights=None):
    y, p = numpy.array(labels), numpy.array(probabilities, float)
    w = numpy.ones(len(y)) if weights is None else numpy.array(weights, float)
    kept = w > 0
    y, p, w = y[kept], p[kept], w[kept]
    decisions = (p >= 0.5).astype(int)
    expected = one_against_rest(y == 1, decisions == 1, p, w)
    expected.update(whole(y, decisions, w, 2))
    del expected["quadraticKappa"], expected["weightedF1"]
    expected["logLoss"] = metrics.log_loss(y, p, sample_weight=w, labels=[0, 1])
    expected["brier"] = numpy.average((y - p) ** 2, weights=w)
    if len(numpy.unique(y)) == 2:
        assert abs(expected["brier"] - metrics.brier_score_loss(y, p, sample_weight=w)) < 1e-12
    expected["eceWidth"] = equal_width(p, y, w)
    expected["eceMass"] = equal_mass(p, y, w)
    return {"name": name, "classes": 0, "labels": list(map(int, labels)), "scores": list(map(float, probabilities)), "weights": weights, "expected": expected}


def multiclass_case(name, labels, probabilities, weights=None):
    y, p = numpy.array(labels), numpy.array(probabilities, float)
    w = numpy.ones(len(y)) if weights is None else numpy.array(weights, float)
    kept = w > 0
    y, p, w = y[kept], p[kept], w[kept]
    classes = p.shape[1]
    decisions = p.argmax(axis=1)
    each = [one_against_rest(y == c, decisions == c, p[:, c], w) for c in range(classes)]
    occurring = numpy.unique(y)
    expected = whole(y, decisions, w, classes)
    shares = numpy.array([w[y == c].sum() for c in range(classes)])
    for figure in ["auroc", "auprc", "sensitivity", "specificity", "ppv", "npv"]:
        own = [each[c][figure] for c in occurring]
        defined = all(value is not None for value in own)
        expected["macro" + figure.capitalize()] = numpy.mean(own) if defined else None
        expected["weighted" + figure.capitalize()] = numpy.average(own, weights=shares[occurring]) if defined else None
    if len(occurring) == classes and classes > 2:
        for average in ["macro", "weighted"]:
            reference = metrics.roc_auc_score(y, p, multi_class="ovr", average=average, sample_weight=w)
            assert abs(reference - expected[average + "Auroc"]) < 1e-12
    ties = any(len(numpy.unique(row)) < classes for row in p)
    expected["topK"] = None
    if classes > TOP_K:
        expected["topK"] = "absent" if ties else metrics.top_k_accuracy_score(y, p, k=TOP_K, sample_weight=w, labels=range(classes))
    expected["logLoss"] = metrics.log_loss(y, p, sample_weight=w, labels=range(classes))
    expected["brier"] = numpy.average(((numpy.eye(classes)[y] - p) ** 2).sum(axis=1), weights=w)
    expected["eceWidth"] = equal_width(p.max(axis=1), decisions == y, w)
    expected["eceMass"] = equal_mass(p.max(axis=1), decisions == y, w)
    return {"name": name, "classes": classes, "labels": list(map(int, labels)), "scores": p_flat(probabilities), "weights": weights, "expected": expected, "each": each}


def p_flat(probabilities):
    return [float(value) for row in probabilities for value in row]


def draw_weights(random, n, kind):
    if kind == "none":
        return None
    if kind == "counts":
        weights = random.integers(0, 4, n).tolist()
    else:
        weights = random.uniform(0.1, 3, n).round(2).tolist()
    weights[0] = 1
    weights[-1] = 2
    return weights


def random_binary(random, digits, kind, n):
    labels = random.integers(0, 2, n)
    labels[0], labels[-1] = 0, 1
    probabilities = (1 / (1 + numpy.exp(-(random.normal(size=n) + 1.2 * (labels - 0.5))))).round(digits)
    return labels.tolist(), probabilities.tolist(), draw_weights(random, n, kind)


def random_multiclass(random, digits, kind, n, classes, absent):
    present = [c for c in range(classes) if c not in absent]
    labels = random.choice(present, n)
    labels[:len(present)] = present
    logits = random.normal(size=(n, classes))
    logits[numpy.arange(n), labels] += 1
    probabilities = numpy.exp(logits) / numpy.exp(logits).sum(axis=1, keepdims=True)
    probabilities = probabilities.round(digits)
    probabilities[:, -1] = (1 - probabilities[:, :-1].sum(axis=1)).round(digits)
    probabilities = abs(probabilities)
    probabilities[:, -1] = (1 - probabilities[:, :-1].sum(axis=1)).round(digits)
    return labels.tolist(), probabilities.tolist(), draw_weights(random, n, kind)


def cases():
    random = numpy.random.default_rng(20)
    for kind in ["none", "counts", "real"]:
        for digits in [1, 2, 4]:
            for n in [2, 3, 5, 10, 20, 25, 40]:
                for repeat in range(2):
                    yield binary_case(f"binary n={n} digits={digits} weights={kind} #{repeat}", *random_binary(random, digits, kind, n))
    for kind in ["none", "counts", "real"]:
        for digits in [1, 4]:
            for classes in [2, 3, 5]:
                for n in [6, 15, 30]:
                    for absent in [[], [1]] if classes > 2 else [[]]:
                        yield multiclass_case(f"{classes} classes n={n} digits={digits} weights={kind} absent={absent}", *random_multiclass(random, digits, kind, n, classes, absent))
    for weights in [None, [1, 2, 3, 1, 2, 3]]:
        label = "" if weights is None else ", weighted"
        yield binary_case("perfect" + label, [0, 0, 0, 1, 1, 1], [0.1, 0.2, 0.3, 0.6, 0.7, 0.9], weights)
        yield binary_case("inverted" + label, [1, 1, 1, 0, 0, 0], [0.1, 0.2, 0.3, 0.6, 0.7, 0.9], weights)
        yield binary_case("constant" + label, [0, 1, 0, 1, 0, 1], [0.3] * 6, weights)
        yield binary_case("constant at the threshold" + label, [0, 1, 0, 1, 0, 1], [0.5] * 6, weights)
        yield binary_case("certain" + label, [0, 1, 0, 1, 0, 1], [0, 1, 0, 1, 0, 1], weights)
        yield binary_case("certainly wrong" + label, [0, 1, 0, 1, 0, 1], [1, 0, 1, 0, 1, 0], weights)
        yield binary_case("positives only" + label, [1] * 6, [0.1, 0.4, 0.4, 0.6, 0.7, 0.9], weights)
        yield binary_case("negatives only" + label, [0] * 6, [0.1, 0.4, 0.4, 0.6, 0.7, 0.9], weights)
        yield binary_case("positives only, all called" + label, [1] * 6, [0.6, 0.6, 0.6, 0.6, 0.7, 0.9], weights)
        yield binary_case("one positive" + label, [0, 0, 1, 0, 0, 0], [0.1, 0.4, 0.4, 0.6, 0.7, 0.9], weights)
        yield multiclass_case("perfect, 3 classes" + label, [0, 0, 1, 1, 2, 2], [[0.9, 0.05, 0.05], [0.8, 0.1, 0.1], [0.1, 0.7, 0.2], [0.2, 0.6, 0.2], [0.1, 0.1, 0.8], [0.3, 0.3, 0.4]], weights)
        yield multiclass_case("never right, 3 classes" + label, [1, 2, 2, 0, 0, 1], [[0.9, 0.05, 0.05], [0.8, 0.1, 0.1], [0.1, 0.7, 0.2], [0.2, 0.6, 0.2], [0.1, 0.1, 0.8], [0.3, 0.3, 0.4]], weights)
        yield multiclass_case("one class only, 3 classes" + label, [1] * 6, [[0.9, 0.05, 0.05], [0.8, 0.1, 0.1], [0.1, 0.7, 0.2], [0.2, 0.6, 0.2], [0.1, 0.1, 0.8], [0.3, 0.3, 0.4]], weights)
        yield multiclass_case("one class only and it is predicted, 3 classes" + label, [1] * 6, [[0.1, 0.7, 0.2]] * 6, weights)
        yield multiclass_case("constant, 3 classes" + label, [0, 0, 1, 1, 2, 2], [[0.5, 0.25, 0.25]] * 6, weights)
        yield multiclass_case("one class never predicted" + label, [0, 0, 1, 1, 2, 2], [[0.5, 0.25, 0.25], [0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.4, 0.3, 0.3], [0.35, 0.33, 0.32], [0.1, 0.6, 0.3]], weights)
    yield binary_case("single positive row", [1], [0.7])
    yield binary_case("single negative row", [0], [0.7])


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, (float, numpy.floating)):
        return int(value) if value == int(value) else float(f"{value:.13g}") if value != round(value, 6) else float(value)
    return value


json.dump({"bins": BINS, "topK": TOP_K, "cases": [plain(case) for case in cases()]}, sys.stdout, separators=(",", ":"))
