"""Trajectories of the optimizers on seven numbers and values of the schedules, from torch.optim in float64.

Writes test/golden/optimizers.json. `trajectory[t]` is the vector after step t + 1; the gradients do not depend on it.
A schedule's value t is the factor on the base learning rate during step t, t from 0.
"""

import math

import torch

import golden
import lcg

STEPS, SIZE = 20, 7
INITIAL = lcg.named("optimizers/initial", (SIZE,))
GRADIENTS = lcg.named("optimizers/gradients", (STEPS, SIZE), scale=0.5, offset=0.125)

ADAM = {"lr": 1e-2, "betas": (0.9, 0.999), "eps": 1e-8}
CASES = [
    ("sgd", torch.optim.SGD, {"lr": 0.1}),
    ("sgd-decay", torch.optim.SGD, {"lr": 0.1, "weight_decay": 0.01}),
    ("sgd-momentum", torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    ("sgd-nesterov", torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("sgd-nesterov-decay", torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("adam", torch.optim.Adam, ADAM),
    ("adam-decay", torch.optim.Adam, ADAM | {"weight_decay": 0.01}),  # added to the gradient
    ("adamw", torch.optim.AdamW, ADAM | {"weight_decay": 0.05}),  # decoupled
    ("adamw-betas", torch.optim.AdamW, ADAM | {"betas": (0.8, 0.98), "eps": 1e-3, "weight_decay": 0.1}),
]

TOTAL, MILESTONES, GAMMA, WARMUP = 100, (30, 60, 80), 0.1, 10


def trajectory(kind, options: dict) -> list:
    vector = torch.from_numpy(INITIAL.array()).double().requires_grad_()
    optimizer = kind([vector], **options)
    points = []
    for gradient in torch.from_numpy(GRADIENTS.array()).double():
        vector.grad = gradient
        optimizer.step()
        points.append(vector.detach().clone())
    return points


def schedule_factors(make) -> list[float]:
    """Factors that a torch scheduler, made by `make(optimizer)`, gives over TOTAL steps."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler, factors = make(optimizer), []
    for _ in range(TOTAL):
        factors.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return factors


def seven_sixteenths(step: float, total: float) -> float:
    """A cosine that stops at 7/16 of its half period (Sohn et al. 2020, FixMatch): from 1 down to 0.195."""
    return math.cos(7 * math.pi * step / (16 * total))


def schedules() -> list[dict]:
    rates = torch.optim.lr_scheduler
    multi_step = schedule_factors(lambda o: rates.MultiStepLR(o, list(MILESTONES), GAMMA))
    cosine = schedule_factors(lambda o: rates.CosineAnnealingLR(o, TOTAL))
    for t in range(TOTAL):
        assert abs(multi_step[t] - GAMMA ** sum(t >= m for m in MILESTONES)) < 1e-12
        assert abs(cosine[t] - (1 + math.cos(math.pi * t / TOTAL)) / 2) < 1e-12
    common = {"total": TOTAL}
    return [
        {"name": "multiStep", **common, "milestones": MILESTONES, "gamma": GAMMA, "values": multi_step},
        {"name": "cosine", **common, "values": cosine},
        {"name": "cosine716", **common, "warmup": 0, "values": [seven_sixteenths(t, TOTAL) for t in range(TOTAL)]},
        {
            "name": "cosine716-warmup",  # t / warmup, then the cosine over the steps that remain
            **common,
            "warmup": WARMUP,
            "values": [
                t / WARMUP if t < WARMUP else seven_sixteenths(t - WARMUP, TOTAL - WARMUP) for t in range(TOTAL)
            ],
        },
        {
            "name": "cosine716-warmup-absolute",  # t / warmup, then the cosine over all steps, warm-up counted
            **common,
            "warmup": WARMUP,
            "values": [t / WARMUP if t < WARMUP else seven_sixteenths(t, TOTAL) for t in range(TOTAL)],
        },
    ]


def check_by_hand() -> None:
    """Nesterov SGD and AdamW written out once more."""
    gradients = torch.from_numpy(GRADIENTS.array()).double()
    x = torch.from_numpy(INITIAL.array()).double()
    velocity = torch.zeros(SIZE).double()
    y, first, second = x.clone(), velocity.clone(), velocity.clone()
    for t, g in enumerate(gradients, 1):
        velocity = 0.9 * velocity + g
        x = x - 0.1 * (g + 0.9 * velocity)
        first, second = 0.9 * first + 0.1 * g, 0.999 * second + 0.001 * g**2
        y = y - 1e-2 * 0.05 * y - 1e-2 * (first / (1 - 0.9**t)) / ((second / (1 - 0.999**t)).sqrt() + 1e-8)
    ends = {name: trajectory(kind, options)[-1] for name, kind, options in CASES}
    assert (x - ends["sgd-nesterov"]).abs().max() < 1e-12
    assert (y - ends["adamw"]).abs().max() < 1e-12


if __name__ == "__main__":
    check_by_hand()
    golden.write(
        "optimizers",
        {
            "script": "optimizers.py",
            "torch": torch.__version__,
            "initial": INITIAL,
            "gradients": GRADIENTS,
            "optimizers": [
                {"name": name, "kind": kind.__name__, "options": options, "trajectory": trajectory(kind, options)}
                for name, kind, options in CASES
            ],
            "schedules": schedules(),
        },
    )
