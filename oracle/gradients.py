"""Full gradients of three small networks in float64, summarised per parameter, and float32's own error.

Writes test/golden/gradients-*.json. Per parameter tensor: its recipe, the float64 gradient's L2 norm, its dot products
with four sign vectors (which estimate the L2 distance to any other gradient: E (s . delta)^2 = |delta|^2 for random
signs s), up to 48 entries, and the L2 distance of torch's float32 gradient to it. A norm of 0 marks a gradient that
vanishes identically (a shift that the next BatchNorm removes): only its distance, against the whole gradient's norm,
means anything.
"""

import torch
import torch.nn.functional as F

import golden
import lcg
from models import MobileNetV2, Network, ResNet20, ViT

SIGN_SEEDS = (101, 202, 303, 404)
SAMPLES = 48
VANISHING = 1e-12


def step(network: Network, images, labels, dtype):
    """(loss, logits, features, gradients, buffers after the step) at the recipes' values."""
    parameters = network.tensors(network.parameters, dtype)
    buffers = network.tensors(network.buffers, dtype)
    for tensor in parameters.values():
        tensor.requires_grad_()
    features, logits = network(images.to(dtype), parameters | buffers)
    loss = F.cross_entropy(logits, labels)
    gradients = torch.autograd.grad(loss, list(parameters.values()))
    return loss, logits, features, dict(zip(parameters, gradients)), buffers


def relative_error(approximate, exact) -> float:
    return float(f"{((approximate.double() - exact).norm() / exact.norm()).item():.3g}")


def check_directional_derivative(network: Network, images, labels, gradients) -> float:
    """Relative difference between a central difference of the float64 loss along fixed signs and the gradient."""
    values = network.tensors(network.parameters, torch.float64)
    directions = {
        name: torch.from_numpy(lcg.signs(lcg.seed_of(name), value.numel())).reshape(value.shape)
        for name, value in values.items()
    }

    def loss(distance: float) -> float:
        moved = {name: value + distance * directions[name] for name, value in values.items()}
        buffers = network.tensors(network.buffers, torch.float64)
        return F.cross_entropy(network(images.double(), moved | buffers)[1], labels).item()

    h = 1e-8  # small enough to cross next to no kink of ReLU
    numeric = (loss(h) - loss(-h)) / (2 * h)
    analytic = sum((gradients[name] * directions[name]).sum().item() for name in values)
    return abs(numeric - analytic) / abs(analytic)


def summarise(name: str, recipe: lcg.Recipe, exact, single, whole: float) -> dict:
    flat = exact.flatten().numpy()
    norm = exact.norm().item()
    chosen = lcg.indices(recipe.seed, min(SAMPLES, flat.size), flat.size)
    return {
        "name": name,
        **recipe.json(),
        "norm": norm if norm > VANISHING * whole else 0.0,
        "dots": [(flat * lcg.signs(seed, flat.size)).sum() for seed in SIGN_SEEDS],
        "indices": chosen,
        "values": flat[chosen],
        "float32Distance": (single.double() - exact).norm(),
    }


def write(file: str, network: Network, model: str, activation: str, batch: int) -> None:
    recipe = lcg.named(f"{model}/images", (batch, 3, network.image, network.image))
    images = torch.from_numpy(recipe.array())
    labels = torch.arange(batch) * 3 % network.classes
    loss, logits, features, exact, buffers = step(network, images, labels, torch.float64)
    single = step(network, images, labels, torch.float32)
    whole = sum(gradient.square().sum() for gradient in exact.values()).sqrt().item()
    parameters = [summarise(name, network.parameters[name], exact[name], single[3][name], whole) for name in exact]
    worst = max((entry["float32Distance"].item() / entry["norm"] for entry in parameters if entry["norm"] > 0))
    difference = check_directional_derivative(network, images, labels, exact)
    print(f"{file}: loss {loss.item():.4f}, float32's worst gradient {worst:.1e}, check {difference:.1e}")
    assert difference < 1e-6
    golden.write(
        file,
        {
            "script": "gradients.py",
            "torch": torch.__version__,
            "model": model,
            "activation": activation,
            "images": recipe,
            "labels": labels,
            "signSeeds": SIGN_SEEDS,
            "loss": loss,
            "logits": logits,
            "features": features,
            "float32Errors": {
                "loss": relative_error(single[0].detach(), loss.detach()),
                "logits": relative_error(single[1].detach(), logits.detach()),
                "features": relative_error(single[2].detach(), features.detach()),
            },
            "gradientNorm": whole,
            "parameters": parameters,
            "buffers": [
                {"name": name, **network.buffers[name].json(), "after": after} for name, after in buffers.items()
            ],
        },
    )


if __name__ == "__main__":
    torch.set_num_threads(1)
    for activation in ("relu", "silu"):
        write(f"gradients-resnet20-{activation}", ResNet20(activation), "resnet20", activation, 8)
    write("gradients-vit", ViT(), "vit", "gelu", 4)
    for activation in ("relu6", "silu"):
        write(f"gradients-mobilenetv2-{activation}", MobileNetV2(activation), "mobilenetv2", activation, 4)
