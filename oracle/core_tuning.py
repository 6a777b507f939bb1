"""Core-tuning on one small batch, sample by sample: both losses, and the gradients of their sum.

Writes test/golden/core-tuning.json, float64 throughout. B = 10, d = 6, K = 10, m = 5; class 2 has one sample, which
has no hard positive. One case has a single class, hence no negatives; one has every class once,
hence no positives.

* Hard positive of i:    lam f_hp + (1 - lam) f_hn; hp is the least similar of its class, hn the most similar of others.
* Semi-hard negative:    (1 - lam) f_i + lam f_n; n has the largest of i's random numbers among other classes.
* Labels are mixed like the features. Cosines of features decide; they have no gradient.
"""

import torch
from torch.nn.functional import cosine_similarity, cross_entropy, linear, normalize

import golden
import lcg

BATCH, WIDTH, CLASSES, DIMENSION = 10, 6, 10, 5
LABELS = [0, 1, 0, 1, 0, 1, 0, 1, 2, 1]
DEFAULTS = {
    "tau": 0.07,
    "floor": 0.8,
    "focal": True,
    "innerNorm": "positives",
    "mixedPositives": False,
    "detachOriginals": False,
}

TRAINED = {
    "features": lcg.named("core-tuning/features", (BATCH, WIDTH), offset=0.25),
    "head.weight": lcg.named("core-tuning/head.weight", (CLASSES, WIDTH)),
    "head.bias": lcg.named("core-tuning/head.bias", (CLASSES,)),
    "projection.0.weight": lcg.named("core-tuning/projection.0.weight", (WIDTH, WIDTH)),
    "projection.0.bias": lcg.named("core-tuning/projection.0.bias", (WIDTH,), scale=0.25, offset=0.25),
    "projection.2.weight": lcg.named("core-tuning/projection.2.weight", (DIMENSION, WIDTH)),
    "projection.2.bias": lcg.named("core-tuning/projection.2.bias", (DIMENSION,), scale=0.25),
}
NOISE = [
    lcg.named("core-tuning/positiveShare", (BATCH, 1), scale=0.5, offset=0.5),
    lcg.named("core-tuning/choice", (BATCH, BATCH), scale=0.5, offset=0.5),
    lcg.named("core-tuning/negativeShare", (BATCH, 1), scale=0.5, offset=0.5),
]
CASES = {
    "default": {},
    "supervised contrastive": {"focal": False},
    "warm": {"tau": 0.5},
    "low floor": {"floor": 0.25},
    "divided by all": {"innerNorm": "all"},
    "mixed positives": {"mixedPositives": True},
    "detached originals": {"detachOriginals": True},
    "as the authors divide and detach": {"innerNorm": "all", "mixedPositives": True, "detachOriginals": True},
    "one class": {"labels": [1] * BATCH},
    "every class once": {"labels": list(range(CLASSES))},
}


def tensors(recipes) -> list[torch.Tensor]:
    return [torch.from_numpy(recipe.array()).double() for recipe in recipes]


def enlarged(features, labels: list[int], floor: float):
    """Lists of features, soft labels and kinds of the batch and its mixes."""
    positive_share, choice, negative_share = tensors(NOISE)
    batch = range(BATCH)
    soft = torch.eye(CLASSES).double()[labels]
    hard_positives, semi_hard_negatives = [], []
    for i in batch:
        cosine = {j: cosine_similarity(features[i], features[j], dim=0).item() for j in batch}
        same = [j for j in batch if j != i and labels[j] == labels[i]]
        other = [j for j in batch if labels[j] != labels[i]]
        if same and other:
            p, n = min(same, key=cosine.get), max(other, key=cosine.get)
            lam = positive_share[i]
            mixed = [lam * x[p] + (1 - lam) * x[n] for x in (features, soft)]
            hard_positives.append((*mixed, "hard positive"))
        if other:
            n = max(other, key=lambda j: choice[i, j])
            lam = negative_share[i].clamp_min(floor)
            mixed = [(1 - lam) * x[i] + lam * x[n] for x in (features, soft)]
            semi_hard_negatives.append((*mixed, "semi-hard negative"))
    originals = [(features[i], soft[i], "original") for i in batch]
    return originals + hard_positives + semi_hard_negatives


def is_positive(a, b, mixed: bool) -> bool:
    """Whether two samples of the enlarged batch attract each other."""
    kinds = ("original", "semi-hard negative") if mixed else ("original",)
    return a[2] == b[2] and a[2] in kinds and torch.equal(a[1], b[1])


def losses(trained: dict, labels: list[int], o: dict):
    """CE_mix and L_con."""
    samples = enlarged(trained["features"], labels, o["floor"])
    if o["detachOriginals"]:
        samples = [(f.detach(), y, kind) if kind == "original" else (f, y, kind) for f, y, kind in samples]
    task = sum(
        cross_entropy(linear(f, trained["head.weight"], trained["head.bias"])[None], y[None]) for f, y, _ in samples
    ) / len(samples)

    def project(f):
        hidden = linear(f, trained["projection.0.weight"], trained["projection.0.bias"]).relu()
        return normalize(linear(hidden, trained["projection.2.weight"], trained["projection.2.bias"]), dim=0)

    z = [project(f) for f, _, _ in samples]
    every = range(len(z))
    anchors = []
    for i in every:
        positives = [j for j in every if j != i and is_positive(samples[i], samples[j], o["mixedPositives"])]
        if not positives:
            continue
        denominator = sum(torch.exp(z[i] @ z[k] / o["tau"]) for k in every if k != i)
        p = [torch.exp(z[i] @ z[j] / o["tau"]) / denominator for j in positives]
        total = -sum(((1 - q) if o["focal"] else 1) * torch.log(q) for q in p)
        anchors.append(total / (len(positives) if o["innerNorm"] == "positives" else len(z)))
    if not anchors:
        return task, task * 0
    return task, sum(anchors) / len(anchors)


def evaluate(name: str, case: dict) -> dict:
    labels = case.get("labels", LABELS)
    options = {key: value for key, value in case.items() if key != "labels"}
    trained = {key: tensor.requires_grad_() for key, tensor in zip(TRAINED, tensors(TRAINED.values()))}
    task, penalty = losses(trained, labels, DEFAULTS | options)
    gradients = torch.autograd.grad(task + penalty, list(trained.values()), materialize_grads=True)
    return {
        "name": name,
        "labels": labels,
        "options": options,
        "taskLoss": task,
        "penalty": penalty,
        "gradients": {key: gradient.flatten() for key, gradient in zip(trained, gradients)},
    }


def check() -> None:
    """The inputs exercise what the cases are named for."""
    samples = enlarged(tensors(TRAINED.values())[0], LABELS, DEFAULTS["floor"])
    assert len(samples) == 3 * BATCH - 1
    negatives = [sample for sample in samples if sample[2] == "semi-hard negative"]
    assert any(is_positive(a, b, True) for i, a in enumerate(negatives) for b in negatives[:i])
    share = tensors(NOISE)[2]
    assert (share < 0.8).any() and (share > 0.8).any() and (share < 0.25).any()


if __name__ == "__main__":
    check()
    golden.write(
        "core-tuning",
        {
            "script": "core_tuning.py",
            "torch": torch.__version__,
            "dimension": DIMENSION,
            "classes": CLASSES,
            "trained": {key: recipe.json() for key, recipe in TRAINED.items()},
            "noise": NOISE,
            "cases": [evaluate(name, case) for name, case in CASES.items()],
        },
    )
