"""Fifty training steps of ResNet-20 in float32 and float64: SGD with Nesterov momentum, AdamW, and AdaRand; ResNet-18 with SGD.

Writes test/golden/training-*.json. Image i of step t is float32(templates[label] + noise_t[i]), with label = i mod 10
and a new noise recipe every step, so the classes can be learned. All parameters train; AdamW decays all of them.
The activation is SiLU: with ReLU and random weights, sign flips near zero drive float32 and float64 apart by percents
within fifty steps; with SiLU they stay within 1e-5, so a float32 implementation can be held to the float64 losses.
ResNet-18 has its ReLU, at a rate that keeps them within 1e-3.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F

import adarand
import golden
import lcg
from models import Network, ResNet18, ResNet20

STEPS, BATCH, SNAPSHOTS = 50, 16, (1, 10, 50)
LAMBDA, ALPHA, PRIOR_LR = 1.0, 0.5, 1e-2


def templates_of(side: int) -> lcg.Recipe:
    return lcg.named("training/templates", (10, 3, side, side))


def image_noise_of(side: int) -> list[lcg.Recipe]:
    return [lcg.named(f"training/images/{t}", (BATCH, 3, side, side)) for t in range(STEPS)]


TEMPLATES, IMAGE_NOISE = templates_of(32), image_noise_of(32)
FEATURE_NOISE = [lcg.named(f"training/noise/{t}", (BATCH, 64), scale=1.75) for t in range(STEPS)]  # variance 1.02
MEAN = lcg.named("training/mean", (10, 64), scale=0.5, offset=0.75)
STD = lcg.named("training/std", (10, 64), scale=0.25, offset=0.5)
LABELS = torch.arange(BATCH) % 10

OPTIMIZERS = {
    "sgd": (torch.optim.SGD, {"lr": 0.01, "momentum": 0.9, "nesterov": True}),
    "slow sgd": (torch.optim.SGD, {"lr": 0.001, "momentum": 0.9, "nesterov": True}),
    "adamw": (torch.optim.AdamW, {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.05}),
}


@dataclass
class Prior:
    """AdaRand's state: `mean` learns by Adam, `running` averages, `std` stays."""

    mean: torch.Tensor
    running: torch.Tensor
    std: torch.Tensor
    optimizer: torch.optim.Optimizer

    @staticmethod
    def initial(dtype: torch.dtype) -> "Prior":
        mean = torch.from_numpy(MEAN.array()).to(dtype)
        std = torch.from_numpy(STD.array()).to(dtype)
        learned = mean.clone().requires_grad_()
        return Prior(learned, mean.clone(), std, torch.optim.Adam([learned], lr=PRIOR_LR))

    def update(self, features, labels, step: int) -> float:
        """One step on the batch's features; the objective's value before it."""
        self.running = adarand.running_mean("paper", self.mean, self.running, features, labels, ALPHA)
        objective = sum(adarand.objective("paper", self.mean, self.running))
        self.optimizer.param_groups[0]["lr"] = PRIOR_LR * math.cos(7 * math.pi * step / (16 * STEPS))
        self.optimizer.zero_grad()
        objective.backward()
        self.optimizer.step()
        return objective.item()


def train(network: Network, optimizer: str, regularized: bool, dtype: torch.dtype) -> dict:
    parameters = network.tensors(network.parameters, dtype)
    buffers = network.tensors(network.buffers, dtype)
    for tensor in parameters.values():
        tensor.requires_grad_()
    kind, options = OPTIMIZERS[optimizer]
    updater = kind(list(parameters.values()), **options)
    prior = Prior.initial(dtype) if regularized else None
    templates, image_noise = torch.from_numpy(templates_of(network.image).array()), image_noise_of(network.image)
    losses, penalties, objectives, states = [], [], [], []
    for step in range(STEPS):
        images = templates[LABELS] + torch.from_numpy(image_noise[step].array())
        features, logits = network(images.to(dtype), parameters | buffers)
        loss = F.cross_entropy(logits, LABELS)
        losses.append(loss.item())
        if prior:
            noise = torch.from_numpy(FEATURE_NOISE[step].array()).to(dtype)
            penalty = adarand.penalty(features, prior.mean, prior.std, LABELS, noise)
            penalties.append(penalty.item())
            loss = loss + LAMBDA * penalty
        updater.zero_grad()
        loss.backward()
        if prior:
            objectives.append(prior.update(features, LABELS, step))
            if step + 1 in SNAPSHOTS:
                states.append({"step": step + 1, "mean": prior.mean.detach().clone(), "running": prior.running})
        updater.step()
    return {
        "losses": losses,
        "penalties": penalties,
        "objectives": objectives,
        "states": states,
        "parameters": {name: value.detach().norm().item() for name, value in parameters.items()},
        "buffers": {name: value.norm().item() for name, value in buffers.items()},
    }


def largest_gap(a: dict, b: dict) -> dict[str, float]:
    """How far float32 is from float64: absolute for losses, relative for norms."""
    gaps = {}
    for key in ("losses", "penalties", "objectives"):
        gaps[key] = max((abs(x - y) for x, y in zip(a[key], b[key])), default=0.0)
    for key in ("parameters", "buffers"):
        gaps[key] = max(abs(a[key][name] - norm) / max(norm, 1e-3) for name, norm in b[key].items())
    return gaps


def write(file: str, kind: type[Network], activation: str, optimizer: str, regularized: bool = False) -> None:
    network = kind(activation)
    exact = train(network, optimizer, regularized, torch.float64)
    single = train(network, optimizer, regularized, torch.float32)
    gaps = {key: float(f"{gap:.2g}") for key, gap in largest_gap(single, exact).items()}
    print(f"{file}: loss {exact['losses'][0]:.3f} to {exact['losses'][-1]:.3f}; float32 differs by {gaps}")
    content = {
        "script": "training.py",
        "torch": torch.__version__,
        "model": network.name,
        "activation": activation,
        "labels": LABELS,
        "templates": templates_of(network.image),
        "imageNoise": image_noise_of(network.image),
        "optimizer": {"name": optimizer.split()[-1], **OPTIMIZERS[optimizer][1]},
        "losses": exact["losses"],
        "losses32": single["losses"],
        "float32Gaps": gaps,
        "parameters": [
            {"name": name, **network.parameters[name].json(), "normAfter": exact["parameters"][name]}
            for name in network.parameters
        ],
        "buffers": [
            {"name": name, **network.buffers[name].json(), "normAfter": exact["buffers"][name]}
            for name in network.buffers
        ],
    }
    if regularized:
        schedule = "cos(7 pi t / (16 T)), t from 0"
        content["adarand"] = {"lambda": LAMBDA, "alpha": ALPHA, "lr": PRIOR_LR, "schedule": schedule}
        content |= {"mean": MEAN, "std": STD, "featureNoise": FEATURE_NOISE}
        content |= {key: exact[key] for key in ("penalties", "objectives", "states")}
        content |= {"penalties32": single["penalties"], "objectives32": single["objectives"]}
    golden.write(file, content)


if __name__ == "__main__":
    torch.set_num_threads(1)
    write("training-sgd", ResNet20, "silu", "sgd")
    write("training-adamw", ResNet20, "silu", "adamw")
    write("training-adarand", ResNet20, "silu", "sgd", regularized=True)
    write("training-resnet18", ResNet18, "relu", "slow sgd")
