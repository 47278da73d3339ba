"""Writes stratified_group_kfold.json: random data sets and the folds that scikit-learn's StratifiedGroupKFold makes of them.

Run by hand where scikit-learn is installed:  python3 make_stratified_group_kfold.py > stratified_group_kfold.json
Written with scikit-learn 1.2.1 and numpy 1.24.2.
"""
import json

import numpy
from sklearn.model_selection import StratifiedGroupKFold


def data_set(random, index):
    """Patients with few or many images; of one class each in every second case, of several in the others."""
    classes = int(random.integers(2, 6))
    patients = int(random.integers(25, 90))
    prevalence = random.dirichlet(numpy.full(classes, 1.5))
    labels, groups = [], []
    for patient in range(patients):
        size = int(numpy.ceil(random.exponential(4)))
        own = random.choice(classes, p=prevalence)
        for _ in range(size):
            mixed = index % 2 == 1 and random.random() < 0.3
            labels.append(int(random.choice(classes, p=prevalence) if mixed else own))
            groups.append(patient)
    return labels, groups


cases = []
for index in range(24):
    random = numpy.random.default_rng(index)
    labels, groups = data_set(random, index)
    splits = int(random.integers(3, 7))
    folds = numpy.zeros(len(labels), dtype=int)
    splitter = StratifiedGroupKFold(n_splits=splits, shuffle=True, random_state=index)
    for fold, (_, held_out) in enumerate(splitter.split(numpy.zeros(len(labels)), labels, groups)):
        folds[held_out] = fold
    cases.append({"splits": splits, "labels": labels, "groups": groups, "folds": folds.tolist()})
print("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]")
