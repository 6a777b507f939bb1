"""UOT data selection: transport plans, chosen source images, and the joint penalty. Writes test/golden/uot.json, float64.

Plans come from POT. Its objective has eps KL(T | c); with marginals of ones, `reg_type` "kl" and "entropy" both mean
c = 1, hence eps sum T (log T - 1) up to a constant. `stopped` starts from u = 1/S and v = 1/K and stops as POT does by
default; `converged` goes on to rounding errors, and `check` compares it with SciPy's minimum of the objective.
"""

import warnings

import numpy as np
import ot
import torch
from scipy.optimize import minimize
from scipy.spatial.distance import cdist
from scipy.special import xlogy
from torch.nn.functional import cross_entropy, linear

import golden
import lcg

warnings.filterwarnings("ignore", message="If reg_type = entropy")
DEFAULTS = {"p_m": 0.1, "epsilon": 1.0, "tauSource": 1.0, "tauTarget": 100.0, "classes": 100}

# name: S, K, largest cost, options
TRANSPORTS = {
    "default": (9, 5, 20.0, {}),
    "tiny": (3, 2, 2.0, {}),
    "more targets than sources": (4, 7, 10.0, {}),
    "one target": (6, 1, 20.0, {}),
    "one source": (1, 4, 20.0, {}),
    "other weights": (6, 4, 5.0, {"epsilon": 0.3, "tauSource": 4.0, "tauTarget": 0.5}),
    "nearly balanced, slow": (5, 5, 3.0, {"epsilon": 0.1, "tauSource": 50.0, "tauTarget": 50.0}),
}

WIDTH, SOURCES, TARGETS = 6, 8, 4  # classes; source class 5 has no image, nor has target class 2
SOURCE_LABELS = [7, 0, 1, 2, 3, 4, 6, 7, 0, 1, 1, 2, 3, 6, 6, 7, 4, 3, 0, 2, 1, 7]
TARGET_LABELS = [0, 3, 1, 1, 0, 3, 3, 0, 0]
SOURCE = lcg.named("uot/source", (len(SOURCE_LABELS), WIDTH), offset=0.5)
TARGET = lcg.named("uot/target", (len(TARGET_LABELS), WIDTH), offset=0.5)
SELECTIONS = {
    "default": {},
    "three classes": {"classes": 3},
    "one class": {"classes": 1},
    "other weights": {"classes": 2, "p_m": 0.5, "epsilon": 0.5, "tauSource": 3.0, "tauTarget": 2.0},
}

BATCH = 5
JOINT_LABELS = [2, 7, 0, 2, 5]
JOINT = {
    "features": lcg.named("uot/features", (BATCH, WIDTH)),
    "sourceHead.weight": lcg.named("uot/sourceHead.weight", (SOURCES, WIDTH)),
    "sourceHead.bias": lcg.named("uot/sourceHead.bias", (SOURCES,)),
}


def transport(cost: np.ndarray, o: dict, **stopping) -> np.ndarray:
    ones = [np.ones(size) for size in cost.shape]
    start = tuple(np.log(one / len(one)) for one in ones)
    weights = (o["tauSource"], o["tauTarget"])
    return ot.unbalanced.sinkhorn_unbalanced(
        *ones, cost, o["epsilon"], weights, reg_type="entropy", warmstart=start, **stopping
    )


def converged(cost: np.ndarray, o: dict) -> np.ndarray:
    return transport(cost, o, numItermax=100_000, stopThr=1e-15)


def objective(plan: np.ndarray, cost: np.ndarray, o: dict) -> float:
    def divergence(x: np.ndarray) -> float:
        return (xlogy(x, x) - x + 1).sum()

    entropy = (xlogy(plan, plan) - plan).sum()
    marginals = o["tauSource"] * divergence(plan.sum(1)) + o["tauTarget"] * divergence(plan.sum(0))
    return (plan * cost).sum() + o["epsilon"] * entropy + marginals


def minimised(cost: np.ndarray, o: dict) -> np.ndarray:
    """The plan by a general-purpose minimiser, over logarithms of its elements."""

    def plan_of(x: np.ndarray) -> np.ndarray:
        return np.exp(x.reshape(cost.shape))

    def gradient(x: np.ndarray) -> np.ndarray:
        plan = plan_of(x)
        rows, columns = (np.log(plan.sum(axis, keepdims=True)) for axis in (1, 0))
        marginals = o["tauSource"] * rows + o["tauTarget"] * columns
        return (plan * (cost + o["epsilon"] * np.log(plan) + marginals)).ravel()

    result = minimize(
        lambda x: objective(plan_of(x), cost, o),
        np.zeros(cost.size),
        jac=gradient,
        method="BFGS",
        options={"gtol": 1e-11},
    )
    return plan_of(result.x)


def transport_case(name: str, case: tuple) -> dict:
    sources, targets, largest, given = case
    recipe = lcg.named(f"uot/{name}", (sources, targets), scale=largest / 2, offset=largest / 2)
    cost, o = recipe.array().astype(np.float64), DEFAULTS | given
    options = {key: o[key] for key in ("epsilon", "tauSource", "tauTarget")}
    return {
        "name": name,
        "cost": recipe,
        "options": options,
        "stopped": transport(cost, o),
        "converged": converged(cost, o),
        **({"minimised": minimised(cost, o)} if name == "tiny" else {}),
    }


def selection_case(name: str, given: dict) -> dict:
    o = DEFAULTS | given

    def means(recipe, labels: list[int]) -> tuple[list[int], np.ndarray]:
        classes = sorted(set(labels))
        features = recipe.array().astype(np.float64)
        return classes, np.array([features[np.equal(labels, k)].mean(0) for k in classes])

    (source_classes, sources), (target_classes, targets) = means(SOURCE, SOURCE_LABELS), means(TARGET, TARGET_LABELS)
    plan = np.zeros((SOURCES, TARGETS))
    plan[np.ix_(source_classes, target_classes)] = transport(cdist(sources, targets, "cosine") / o["p_m"], o)
    scores = plan.sum(1)
    best = sorted(source_classes, key=lambda s: -scores[s])[: o["classes"]]
    selected = [i for i, label in enumerate(SOURCE_LABELS) if label in best]
    return {"name": name, "options": given, "plan": plan, "scores": scores, "selected": selected}


def joint_case() -> dict:
    trained = {key: torch.from_numpy(recipe.array()).double().requires_grad_() for key, recipe in JOINT.items()}
    logits = linear(trained["features"], trained["sourceHead.weight"], trained["sourceHead.bias"])
    penalty = cross_entropy(logits, torch.tensor(JOINT_LABELS))
    gradients = torch.autograd.grad(penalty, list(trained.values()))
    return {
        "labels": JOINT_LABELS,
        **{key: recipe.json() for key, recipe in JOINT.items()},
        "penalty": penalty,
        "gradients": {key: gradient.flatten() for key, gradient in zip(JOINT, gradients)},
    }


def check(cases: list[dict]) -> None:
    """POT minimises the objective that methods state: no other plan found is better, and SciPy's is the same."""
    for case in cases:
        cost, o, best = case["cost"].array().astype(np.float64), case["options"], case["converged"]
        random = np.random.default_rng(0)
        for size in (1e-3, 1e-2, 0.1):
            other = best * np.exp(size * random.standard_normal(best.shape))
            assert objective(other, cost, o) > objective(best, cost, o), case["name"]
        if "minimised" in case:
            np.testing.assert_allclose(case["minimised"], best, rtol=1e-7)
        ones = [np.ones(size) for size in cost.shape]
        weights = (o["tauSource"], o["tauTarget"])
        for reg_type in ("kl", "entropy"):
            plan = ot.unbalanced.sinkhorn_unbalanced(
                *ones, cost, o["epsilon"], weights, reg_type=reg_type, numItermax=100_000, stopThr=1e-15
            )
            np.testing.assert_allclose(plan, best, rtol=1e-9)
        print(case["name"], "stopped within", np.abs(case["stopped"] / best - 1).max())


if __name__ == "__main__":
    transports = [transport_case(*item) for item in TRANSPORTS.items()]
    check(transports)
    golden.write(
        "uot",
        {
            "script": "uot.py",
            "pot": ot.__version__,
            "transports": [case | {"cost": case["cost"].json()} for case in transports],
            "source": {"features": SOURCE.json(), "labels": SOURCE_LABELS, "classes": SOURCES},
            "target": {"features": TARGET.json(), "labels": TARGET_LABELS, "classes": TARGETS},
            "selections": [selection_case(*item) for item in SELECTIONS.items()],
            "joint": joint_case(),
        },
    )
