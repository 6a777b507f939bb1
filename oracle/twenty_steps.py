"""Twenty training steps of ResNet-20, float64 and float32, with Core-tuning, DELTA, DR-Tune and Co-Tuning.

Writes test/golden/twenty-*.json; `twenty_methods.py` has the methods. Weights and images are those of `training.py`,
with random labels and random running statistics near the batch's. SGD with Nesterov momentum; the backbone, and what
comes with it, at its own rate. Weight decay is for every tensor but the biases of what the methods train of their own.
The frozen source network has the initial tensors, and normalises by its running statistics. What the methods prepare
before training is given, as are Core-tuning's projection head and random numbers.
"""

import torch
import torch.nn.functional as F

import golden
import lcg
from models import ResNet20
from training import IMAGE_NOISE, TEMPLATES
from twenty_methods import BATCH, CLASSES, EPOCH, STEPS, Batch, CoreTuning, CoTuning, Delta, DeltaMaps, DRTune, Method

LABELS = [lcg.indices(lcg.seed_of(f"twenty/labels/{t}"), BATCH, CLASSES).tolist() for t in range(STEPS)]
SIGNS = lcg.seed_of("twenty/signs")


def network() -> ResNet20:
    """With running statistics as a pretrained network would have them."""
    network = ResNet20("silu")
    for name, recipe in network.buffers.items():
        variance = 0.6 if ".bn2" in name else 2.0
        mean = name.endswith("mean")
        scale, offset = (0.25, 0.0) if mean else (variance / 4, variance)
        network.buffers[name] = lcg.named(f"twenty/{name}", recipe.shape, scale, offset)
    return network


def train(kind: type[Method], dtype: torch.dtype) -> dict:
    method, net = kind(dtype), network()
    parameters = {name: t.requires_grad_() for name, t in net.tensors(net.parameters, dtype).items()}
    buffers = net.tensors(net.buffers, dtype)
    frozen = net.tensors(net.parameters | net.buffers, dtype)
    head = [parameters["linear.weight"], parameters["linear.bias"]]
    backbone = [t for name, t in parameters.items() if not name.startswith("linear")]
    own = {bias: [t for name, t in method.trained.items() if name.endswith("bias") == bias] for bias in (True, False)}
    groups = [
        {"params": backbone, "lr": method.lr * method.backbone_rate},
        {"params": head},
        {"params": own[False], "lr": method.lr * method.rate},
        {"params": own[True], "lr": method.lr * method.rate, "weight_decay": 0.0},
    ]
    optimizer = torch.optim.SGD(
        [group for group in groups if group["params"]],
        **{"lr": method.lr, "momentum": 0.9, "nesterov": True, "weight_decay": method.decay},
    )
    templates = torch.from_numpy(TEMPLATES.array())
    series, states = {"losses": [], "taskLosses": [], "penalties": []}, []
    for step in range(STEPS):
        labels = torch.tensor(LABELS[step])
        images = (templates[labels] + torch.from_numpy(IMAGE_NOISE[step].array())).to(dtype)
        feature_maps, pretrained_maps = {}, {}
        features, logits = net(images, parameters | buffers, feature_maps=feature_maps)
        with torch.no_grad():
            pretrained_features, _ = net(images, frozen, training=False, feature_maps=pretrained_maps)
        batch = Batch(step, labels, features, logits, feature_maps, pretrained_features, pretrained_maps, *head)
        task, penalty, extra_loss = method.losses(batch)
        task = F.cross_entropy(logits, labels) if task is None else task
        loss = task + method.weight * penalty + extra_loss
        for values, value in zip(series.values(), (loss, task, penalty)):
            values.append(value.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step in method.snapshots:
            states += [summary(method.prefix + name, step, t.detach()) for name, t in method.state().items()]
    return {
        **series,
        "parameters": {name: t.detach().norm().item() for name, t in parameters.items()},
        "buffers": {name: t.norm().item() for name, t in buffers.items()},
        "states": states,
        "diagnostics": method.diagnostics(),
    }


def summary(name: str, step: int, tensor: torch.Tensor) -> dict:
    """Norm after a step, and dot product with random signs, which tells where in the tensor the values stand."""
    flat = tensor.double().flatten()
    signs = torch.from_numpy(lcg.signs(SIGNS, len(flat)))
    return {"name": name, "step": step, "norm": flat.norm().item(), "dot": (flat @ signs).item()}


def gaps(single: dict, exact: dict) -> dict[str, float]:
    """How far float32 is from float64, relative: series to their largest value, dot products to norms."""
    result = {}
    for key in ("losses", "taskLosses", "penalties"):
        differences = [abs(a - b) for a, b in zip(single[key], exact[key])]
        result[key] = max(differences) / max(map(abs, exact[key]))
    for key in ("parameters", "buffers"):
        result[key] = max(abs(single[key][name] - norm) / norm for name, norm in exact[key].items())
    for have, want in zip(single["states"], exact["states"]):
        gap = max(abs(have[key] - want[key]) for key in ("norm", "dot")) / want["norm"]
        result["states"] = max(result.get("states", 0), gap)
    return {key: float(f"{gap:.2g}") for key, gap in result.items()}


def write(file: str, kind: type[Method]) -> None:
    exact, single = train(kind, torch.float64), train(kind, torch.float32)
    gap = gaps(single, exact)
    ends = ", ".join(f"{key} {exact[key][0]:.3f} to {exact[key][-1]:.3f}" for key in ("losses", "taskLosses", "penalties"))
    print(f"{file}: {ends}; float32 differs by {gap}; {exact['diagnostics']}")
    net = network()
    given = {"prepared": kind.prepared, "initial": {kind.prefix + name: r for name, r in kind.initial.items()}}
    content = {
        "script": "twenty_steps.py",
        "torch": torch.__version__,
        "method": kind.name,
        "lambda": kind.weight,
        "options": kind.options,
        **given,
        "noise": kind.noise,
        "batchesPerEpoch": EPOCH,
        "labels": LABELS,
        "templates": TEMPLATES,
        "imageNoise": IMAGE_NOISE[:STEPS],
        "optimizer": {
            "name": "sgd",
            **{"lr": kind.lr, "momentum": 0.9, "nesterov": True},
            **{"weight_decay": kind.decay, "backbone_rate": kind.backbone_rate},
        },
        **{key: exact[key] for key in ("losses", "taskLosses", "penalties")},
        "float32Gaps": gap,
        "diagnostics": exact["diagnostics"],
        "signs": SIGNS,
        "states": exact["states"],
        "parameters": [
            {"name": name, **recipe.json(), "normAfter": exact["parameters"][name]}
            for name, recipe in net.parameters.items()
        ],
        "buffers": [
            {"name": name, **recipe.json(), "normAfter": exact["buffers"][name]}
            for name, recipe in net.buffers.items()
        ],
    }
    golden.write(file, content)


if __name__ == "__main__":
    torch.set_num_threads(1)
    write("twenty-core-tuning", CoreTuning)
    write("twenty-delta", Delta)
    write("twenty-delta-maps", DeltaMaps)
    write("twenty-dr-tune", DRTune)
    write("twenty-co-tuning", CoTuning)
