"""A small network in 8 bits by PyTorch's own fake quantization, on the images that its ranges come from: quantized.json."""

import numpy as np
import torch
import torch.nn.functional as F

import golden
import lcg

IMAGES, SIZE, CLASSES = 11, 12, 5
PIXELS = lcg.named("pixels", (IMAGES, SIZE, SIZE, 3))


def norm(name: str, channels: int) -> dict:
    return {
        f"{name}.weight": lcg.named(f"{name}.weight", (channels,), 0.3, 1.0),
        f"{name}.bias": lcg.named(f"{name}.bias", (channels,), 0.5),
        f"{name}.running_mean": lcg.named(f"{name}.running_mean", (channels,), 0.3),
        f"{name}.running_var": lcg.named(f"{name}.running_var", (channels,), 0.2, 0.4),
    }


RECIPES = {
    "conv1.weight": lcg.named("conv1.weight", (8, 3, 3, 3), 0.5),
    **norm("bn1", 8),
    "conv2.weight": lcg.named("conv2.weight", (8, 1, 3, 3), 0.6),
    **norm("bn2", 8),
    "conv3.weight": lcg.named("conv3.weight", (8, 8, 1, 1), 0.7),
    "conv3.bias": lcg.named("conv3.bias", (8,), 0.4),
    "conv4.weight": lcg.named("conv4.weight", (12, 8, 3, 3), 0.4),
    "conv4.bias": lcg.named("conv4.bias", (12,), 0.4),
    "head.weight": lcg.named("head.weight", (CLASSES, 12), 1.0),
    "head.bias": lcg.named("head.bias", (CLASSES,), 0.2),
}
T = {name: torch.from_numpy(recipe.array()).double() for name, recipe in RECIPES.items()}


def folded(conv: str, bn: str) -> tuple[torch.Tensor, torch.Tensor]:
    """torch's own folding of a BatchNorm into a convolution without a bias."""
    w, b = torch.nn.utils.fuse_conv_bn_weights(
        T[f"{conv}.weight"], None, T[f"{bn}.running_mean"], T[f"{bn}.running_var"], 1e-5, T[f"{bn}.weight"], T[f"{bn}.bias"]
    )
    return w.detach(), b.detach()


def network(act, layer) -> torch.Tensor:
    """The network, with `act` around what is rounded and `layer` around weights and biases."""
    u8 = np.clip(np.floor((PIXELS.array() + 1) * 128), 0, 255)
    x = torch.from_numpy(u8).double().permute(0, 3, 1, 2) / 255
    x = act("images", x)
    w, b = layer(0, *folded("conv1", "bn1"), "images")
    x = act("stem", F.relu6(F.conv2d(x, w, b, stride=2, padding=1)))
    w, b = layer(1, *folded("conv2", "bn2"), "stem")
    y = act("depthwise", F.relu(F.conv2d(x, w, b, padding=1, groups=8)))
    w, b = layer(2, T["conv3.weight"], T["conv3.bias"], "depthwise")
    z = act("branch", F.conv2d(y, w, b))
    s = act("sum", x + z)
    w, b = layer(3, T["conv4.weight"], T["conv4.bias"], "sum")
    f = act("maps", F.relu(F.conv2d(s, w, b, padding=1)))
    f = act("features", f.mean((2, 3)))
    w, b = layer(4, T["head.weight"], T["head.bias"], "features")
    return F.linear(f, w, b)


def neighbours(w: torch.Tensor) -> torch.Tensor:
    """The largest sum of two neighbours of one sign, by position in the kernel, then by channel."""
    rows = w.permute(0, 2, 3, 1).reshape(len(w), -1) if w.ndim == 4 else w
    up, down = rows.clamp(min=0), (-rows).clamp(min=0)
    pairs = torch.stack([(side[:, 1:] + side[:, :-1]).amax(1) for side in (up, down)]).amax(0)
    return torch.maximum(pairs, rows.abs().amax(1))


def main() -> None:
    ranges: dict[str, tuple[float, float]] = {}

    def measure(name, x):
        ranges[name] = (min(x.min().item(), 0), max(x.max().item(), 0))
        return x

    plain = network(measure, lambda _i, w, b, _x: (w, b))
    scale = {name: np.float32((high - low) / 255) for name, (low, high) in ranges.items()}
    zero = {name: int(round(-low / float(scale[name]))) for name, (low, _) in ranges.items()}
    weights = []

    def rounded(i, w, b, x):
        largest = w.abs().amax((1, 2, 3)) if i == 1 else neighbours(w)
        step = (largest / 127).float()
        no_offset = torch.zeros(len(w), dtype=torch.int32)
        bias_step = (step * float(scale[x])).float()
        q = torch.round(w / step.double().reshape(-1, *[1] * (w.ndim - 1))).to(torch.int8)
        weights.append(q.T.flatten().tolist() if w.ndim == 2 else q.flatten().tolist())
        fake = torch.fake_quantize_per_channel_affine(w.float(), step, no_offset, 0, -127, 127).double()
        return fake, torch.round(b / bias_step.double()) * bias_step.double()

    def fake(name, x):
        return torch.fake_quantize_per_tensor_affine(x.float(), float(scale[name]), zero[name], 0, 255).double()

    logits = network(fake, rounded)
    assert (logits - plain).abs().max() < 0.05 * plain.abs().max()
    assert (logits - plain).abs().max() > 1e-4
    golden.write(
        "quantized",
        {
            "script": "quantized.py",
            "torch": torch.__version__,
            "pixels": PIXELS,
            "tensors": [{"name": name, **recipe.json()} for name, recipe in RECIPES.items()],
            "levels": [{"name": name, "scale": float(scale[name]), "zeroPoint": zero[name]} for name in scale],
            "weights": weights,
            "plain": plain,
            "logits": logits,
        },
    )


if __name__ == "__main__":
    main()
