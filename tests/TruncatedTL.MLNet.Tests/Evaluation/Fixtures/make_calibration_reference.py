"""Writes calibration-reference.json: calibrations that scipy and scikit-learn find for random logits.

Run by hand where they are installed:  python3 make_calibration_reference.py > calibration-reference.json
Written with scikit-learn 1.2.1, scipy 1.10.1 and numpy 1.24.2.
"""
import json
import sys

import numpy
from scipy import optimize, special
from sklearn import calibration, covariance

generator = numpy.random.default_rng(7)


def loss(logits, labels):
    if logits.shape[1] == 1:
        return numpy.sum(numpy.logaddexp(0, numpy.where(labels == 1, -1, 1) * logits[:, 0]))
    return numpy.sum(special.logsumexp(logits, axis=1) - logits[numpy.arange(len(labels)), labels])


def draw(rows, outputs, scale):
    """Labels drawn from the softmax of logits, which the model then overstates by a factor and a shift."""
    true = generator.normal(size=(rows, outputs)) * 1.5 + generator.normal(size=outputs) * 0.5
    if outputs == 1:
        labels = (generator.random(rows) < special.expit(true[:, 0])).astype(int)
    else:
        labels = numpy.array([generator.choice(outputs, p=p) for p in special.softmax(true, axis=1)])
    return numpy.round(true * scale + generator.normal(size=outputs) * 0.3, 6), labels


def temperature(logits, labels):
    result = optimize.minimize_scalar(lambda t: loss(logits * numpy.exp(t), labels), bounds=(-3, 3), method="bounded", options={"xatol": 1e-12})
    return float(numpy.exp(-result.x))


def platt(logits, labels):
    a, b = calibration._sigmoid_calibration(logits[:, 0], labels)
    positives = labels.sum()
    targets = numpy.where(labels == 1, (positives + 1) / (positives + 2), 1 / (len(labels) - positives + 2))

    def smoothed(point):
        z = point[0] * logits[:, 0] + point[1]
        return numpy.sum(numpy.logaddexp(0, z) - targets * z)

    refined = optimize.minimize(smoothed, [-a, -b], method="Nelder-Mead", options={"xatol": 1e-12, "fatol": 1e-14, "maxiter": 10000})
    assert numpy.allclose(refined.x, [-a, -b], atol=1e-3), (refined.x, a, b)
    return refined.x.tolist()


def vector(logits, labels):
    outputs = logits.shape[1]

    def penalised(point):
        slopes, offsets = point[:outputs], point[outputs:]
        p = special.softmax(slopes * logits + offsets, axis=1)
        p[numpy.arange(len(labels)), labels] -= 1
        gradient = numpy.concatenate([(p * logits).sum(0) + slopes - 1, p.sum(0) + offsets])
        return loss(slopes * logits + offsets, labels) + 0.5 * numpy.sum((slopes - 1) ** 2) + 0.5 * numpy.sum(offsets**2), gradient

    start = numpy.concatenate([numpy.ones(outputs), numpy.zeros(outputs)])
    return optimize.minimize(penalised, start, jac=True, method="BFGS", options={"gtol": 1e-9}).x.tolist()


cases = []
for rows, outputs, scale in [(60, 1, 3.0), (200, 1, 0.4), (40, 1, 1.0), (300, 1, 6.0), (80, 3, 2.5), (250, 4, 0.5), (400, 7, 3.0), (60, 2, 1.0)]:
    logits, labels = draw(rows, outputs, scale)
    case = {"outputs": outputs, "logits": logits.ravel().tolist(), "labels": labels.tolist(), "temperature": temperature(logits, labels)}
    case["vector"] = platt(logits, labels) if outputs == 1 else vector(logits, labels)
    case["lossBefore"] = float(loss(logits, labels) / rows)
    cases.append(case)

shrunk = []
for rows, dimension in [(10, 4), (40, 6), (8, 12), (200, 5)]:
    values = generator.normal(size=(rows, dimension)) @ generator.normal(size=(dimension, dimension))
    values = numpy.round(values - values.mean(axis=0), 9)
    matrix, shrinkage = covariance.ledoit_wolf(values, assume_centered=True)
    shrunk.append({"dimension": dimension, "values": values.ravel().tolist(), "covariance": matrix.ravel().tolist(), "shrinkage": float(shrinkage)})

json.dump({"cases": cases, "shrunk": shrunk}, sys.stdout)
