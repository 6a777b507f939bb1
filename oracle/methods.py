"""Every feature penalty of the AdaRand paper on one small batch: penalty, gradients, state after one update.

Writes test/golden/methods.json, float64 throughout. B = 8, d = 6, K = 4; class 2 is absent from the batch.

* FNP:     mean-all (1/(B d)) sum g^2, sum over features (1/B) sum g^2, half (1/(2B)) sum g^2, L1 (1/B) sum |g|.
* RandReg: (features - z)^2, averaged over batch and features (`mean`) or averaged over the batch and summed over
           features (`sum`); z uniform on [0, 1), standard normal, normal with marginal mean and std, or per class.
* AdaRand: RandReg with z = mean[label] + std[label] * noise, and a prior that takes one Adam step (lr 0.01).

Scalar and isotropic priors: the mean is averaged over coordinates, the std is the root of the mean variance.
"""

import torch

import adarand
import article
import golden
import lcg

BATCH, WIDTH, CLASSES = 8, 6, 4
ALPHA, LR = 0.5, 1e-2
LABELS = torch.tensor([0, 3, 1, 0, 3, 3, 0, 1])

INPUTS = {
    "features": lcg.named("regularizers/features", (BATCH, WIDTH), offset=0.25),
    "normal": lcg.named("regularizers/normal", (BATCH, WIDTH), scale=1.75),
    "uniform": lcg.named("regularizers/uniform", (BATCH, WIDTH), scale=0.5, offset=0.5),
    "marginalMean": lcg.named("regularizers/marginalMean", (WIDTH,), scale=0.5, offset=0.25),
    "marginalStd": lcg.named("regularizers/marginalStd", (WIDTH,), scale=0.25, offset=0.5),
    "mean": lcg.named("regularizers/mean", (CLASSES, WIDTH), offset=0.25),
    "std": lcg.named("regularizers/std", (CLASSES, WIDTH), scale=0.25, offset=0.5),
    "running": lcg.named("regularizers/running", (CLASSES, WIDTH), offset=0.25),
}


def tensors() -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(recipe.array()).double() for name, recipe in INPUTS.items()}


def isotropic(std):
    """One std for all coordinates: the root of the mean variance; [..., d] -> [..., d]."""
    return std.square().mean(-1, keepdim=True).sqrt().expand_as(std)


def squared(reduction: str):
    """(features - z)^2 averaged over the batch and, for `mean`, over the features."""
    return lambda features, z: (features - z).square().sum(1).mean() / (WIDTH if reduction == "mean" else 1)


def penalties() -> dict:
    """Name -> function of the features."""
    t = tensors()
    m, s, noise = t["marginalMean"], t["marginalStd"], t["normal"]
    targets = {
        "uniform": t["uniform"],
        "normal": noise,
        "marginal": m + s * noise,
        "marginal-scalar": m.mean() + isotropic(s) * noise,
        "class": t["mean"][LABELS] + t["std"][LABELS] * noise,
        "class-isotropic": t["mean"][LABELS] + isotropic(t["std"])[LABELS] * noise,
    }
    zero = torch.zeros(BATCH, WIDTH).double()
    result = {
        "fnp-mean": lambda g: squared("mean")(g, zero),
        "fnp-sum": lambda g: squared("sum")(g, zero),
        "fnp-half": lambda g: squared("sum")(g, zero) / 2,
        "fnp-l1": lambda g: g.abs().sum(1).mean(),
    }
    for name, z in targets.items():
        for reduction in ("mean", "sum"):
            result[f"randreg-{name}-{reduction}"] = lambda g, z=z, reduction=reduction: squared(reduction)(g, z)
    return result


def evaluate_penalty(name: str, penalty) -> dict:
    features = tensors()["features"].requires_grad_()
    assert torch.autograd.gradcheck(penalty, features)
    value = penalty(features)
    (gradient,) = torch.autograd.grad(value, features)
    return {"name": name, "penalty": value, "gradient": gradient}


def evaluate_prior(name: str, form: str, intra: bool, inter: bool) -> dict:
    t = tensors()
    mean = t["mean"].requires_grad_()
    running = adarand.running_mean(form, mean, t["running"], t["features"], LABELS, ALPHA)
    assert torch.autograd.gradcheck(lambda m: sum(adarand.objective(form, m, running, intra, inter)), mean)
    l_intra, l_inter = adarand.objective(form, mean, running, intra, inter)
    (gradient,) = torch.autograd.grad(l_intra + l_inter, mean)
    optimizer = torch.optim.Adam([mean], lr=LR)
    mean.grad = gradient
    optimizer.step()
    return {
        "name": name,
        "form": form,
        "intraOn": intra,
        "interOn": inter,
        "intra": l_intra,
        "inter": l_inter,
        "gradient": gradient,
        "runningAfter": running,
        "meanAfter": mean,
    }


def check_against_article(entry: dict) -> None:
    """Autograd here and the derivation by hand in article.py agree."""
    article.CLASSES = CLASSES
    t = tensors()
    mean, running = t["mean"].numpy(), t["running"].numpy()
    running = article.running_mean(entry["form"], mean, running, t["features"].numpy(), LABELS.numpy())
    intra, inter, gradient = article.objective(entry["form"], mean, running)
    assert abs(running - entry["runningAfter"].detach().numpy()).max() < 1e-14
    assert abs(intra - entry["intra"].item()) < 1e-14 and abs(inter - entry["inter"].item()) < 1e-14
    assert abs(gradient - entry["gradient"].numpy()).max() < 1e-14


if __name__ == "__main__":
    t = tensors()
    paper = adarand.penalty(t["features"], t["mean"], t["std"], LABELS, t["normal"])
    assert paper == penalties()["randreg-class-mean"](t["features"])  # AdaRand's penalty is RandReg's per class
    priors = [evaluate_prior(form, form, True, True) for form in adarand.FORMS]
    for entry in priors:
        check_against_article(entry)
    priors += [
        evaluate_prior("without-intra", "paper", False, True),
        evaluate_prior("without-inter", "paper", True, False),
        evaluate_prior("without-both", "paper", False, False),
    ]
    golden.write(
        "methods",
        {
            "script": "methods.py",
            "torch": torch.__version__,
            "alpha": ALPHA,
            "adam": {"lr": LR, "betas": (0.9, 0.999), "eps": 1e-8},
            "labels": LABELS,
            "inputs": INPUTS,
            "isotropicStd": isotropic(t["std"])[:, 0],
            "penalties": [evaluate_penalty(name, penalty) for name, penalty in penalties().items()],
            "priors": priors,
        },
    )
