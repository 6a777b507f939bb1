"""Three small networks as plain functions of named tensors, float32 or float64 alike.

Each class lists its tensors as recipes (`parameters`, `buffers`; names as torch, timm and torchvision give them) and
computes (features, logits) from a dictionary of tensors. BatchNorm in training mode normalises by the biased
variance of the batch; the running variance takes momentum 0.1 and the unbiased one. Epsilon 1e-5.
"""

import math

import torch
import torch.nn.functional as F

from lcg import Recipe, named

Tensors = dict[str, torch.Tensor]

ACTIVATIONS = {
    "relu": F.relu,
    "relu6": F.relu6,
    "silu": F.silu,
    "gelu": F.gelu,  # the erf form
}


class Network:
    """Collects recipes; `name` prefixes the seeds, so two networks never share a stream."""

    def __init__(self, name: str):
        self.name = name
        self.parameters: dict[str, Recipe] = {}
        self.buffers: dict[str, Recipe] = {}

    def tensors(self, recipes: dict[str, Recipe], dtype: torch.dtype) -> Tensors:
        return {key: torch.from_numpy(recipe.array()).to(dtype) for key, recipe in recipes.items()}

    def parameter(self, name: str, *shape: int, scale: float, offset: float = 0.0) -> None:
        self.parameters[name] = named(f"{self.name}/{name}", shape, scale, offset)

    def convolution(self, name: str, out: int, per_group: int, kernel: int) -> None:
        """He et al. 2015: variance 2 / fan-in, here of a uniform distribution."""
        scale = math.sqrt(6 / (per_group * kernel * kernel))
        self.parameter(f"{name}.weight", out, per_group, kernel, kernel, scale=scale)

    def norm(self, name: str, width: int, gain: float = 1.0) -> None:
        self.parameter(f"{name}.weight", width, scale=gain / 4, offset=gain)
        self.parameter(f"{name}.bias", width, scale=0.125)

    def batch_norm(self, name: str, width: int, gain: float = 1.0) -> None:
        self.norm(name, width, gain)
        self.buffers[f"{name}.running_mean"] = Recipe((width,), 0, 0.0, 0.0)
        self.buffers[f"{name}.running_var"] = Recipe((width,), 0, 0.0, 1.0)

    def linear(self, name: str, out: int, width: int) -> None:
        self.parameter(f"{name}.weight", out, width, scale=math.sqrt(3 / width))
        self.parameter(f"{name}.bias", out, scale=0.125)


def normalize(x, t: Tensors, name: str, training: bool = True):
    """BatchNorm; in training mode it updates t's running statistics in place."""
    mean, variance = t[f"{name}.running_mean"], t[f"{name}.running_var"]
    weight, bias = t[f"{name}.weight"], t[f"{name}.bias"]
    return F.batch_norm(x, mean, variance, weight, bias, training, momentum=0.1, eps=1e-5)


class ResNet20(Network):
    """He et al. 2015, section 4.2, n = 3, for 32 x 32 images. Shortcut A: every second pixel, zero channels around."""

    classes, image, width = 10, 32, 64

    def __init__(self, activation: str):
        super().__init__("resnet20")
        self.activation = ACTIVATIONS[activation]
        self.convolution("conv1", 16, 3, 3)
        self.batch_norm("bn1", 16)
        before = 16
        for stage, width in enumerate((16, 32, 64), 1):
            for block in range(3):
                name = f"layer{stage}.{block}"
                self.convolution(f"{name}.conv1", width, before, 3)
                self.batch_norm(f"{name}.bn1", width)
                self.convolution(f"{name}.conv2", width, width, 3)
                self.batch_norm(f"{name}.bn2", width)
                before = width
        self.linear("linear", self.classes, self.width)

    def __call__(self, x, t: Tensors, training: bool = True, feature_maps: Tensors | None = None):
        """Puts the map at the end of each stage into `feature_maps`, if given, as `stage1` to `stage3`."""
        act = self.activation

        def normalized(x, name):
            return normalize(x, t, name, training)

        x = act(normalized(F.conv2d(x, t["conv1.weight"], padding=1), "bn1"))
        for stage in (1, 2, 3):
            for block in range(3):
                name = f"layer{stage}.{block}"
                stride = 2 if stage > 1 and block == 0 else 1
                y = F.conv2d(x, t[f"{name}.conv1.weight"], stride=stride, padding=1)
                y = act(normalized(y, f"{name}.bn1"))
                y = normalized(F.conv2d(y, t[f"{name}.conv2.weight"], padding=1), f"{name}.bn2")
                if stride == 2:
                    half = x.shape[1] // 2
                    x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, half, half))
                x = act(x + y)
            if feature_maps is not None:
                feature_maps[f"stage{stage}"] = x
        features = x.mean((2, 3))
        return features, F.linear(features, t["linear.weight"], t["linear.bias"])


class ResNet18(Network):
    """He et al. 2015, Table 1, with torchvision's names, for 64 x 64 images. Shortcut B: a 1x1 convolution where the shape changes."""

    classes, image, width = 10, 64, 512

    def __init__(self, activation: str):
        super().__init__("resnet18")
        self.activation = ACTIVATIONS[activation]
        self.convolution("conv1", 64, 3, 7)
        self.batch_norm("bn1", 64)
        before = 64
        for stage, width in enumerate((64, 128, 256, 512), 1):
            for block in range(2):
                name = f"layer{stage}.{block}"
                self.convolution(f"{name}.conv1", width, before, 3)
                self.batch_norm(f"{name}.bn1", width)
                self.convolution(f"{name}.conv2", width, width, 3)
                self.batch_norm(f"{name}.bn2", width, gain=0.25)
                if before != width:
                    self.convolution(f"{name}.downsample.0", width, before, 1)
                    self.batch_norm(f"{name}.downsample.1", width)
                before = width
        self.linear("fc", self.classes, self.width)

    def __call__(self, x, t: Tensors):
        act = self.activation
        x = act(normalize(F.conv2d(x, t["conv1.weight"], stride=2, padding=3), t, "bn1"))
        x = F.max_pool2d(x, 3, 2, 1)
        for stage in (1, 2, 3, 4):
            for block in range(2):
                name = f"layer{stage}.{block}"
                stride = 2 if stage > 1 and block == 0 else 1
                y = F.conv2d(x, t[f"{name}.conv1.weight"], stride=stride, padding=1)
                y = act(normalize(y, t, f"{name}.bn1"))
                y = normalize(F.conv2d(y, t[f"{name}.conv2.weight"], padding=1), t, f"{name}.bn2")
                if stride == 2:
                    x = F.conv2d(x, t[f"{name}.downsample.0.weight"], stride=2)
                    x = normalize(x, t, f"{name}.downsample.1")
                x = act(x + y)
        features = x.mean((2, 3))
        return features, F.linear(features, t["fc.weight"], t["fc.bias"])


class ViT(Network):
    """Dosovitskiy et al. 2021 as timm has it: pre-norm, one qkv matrix, class token, learned positions, GELU (erf)."""

    classes, image, width, patch, depth, heads, epsilon = 10, 16, 32, 4, 2, 4, 1e-6

    def __init__(self, activation: str = "gelu"):
        super().__init__("vit")
        self.activation = ACTIVATIONS[activation]
        width = self.width
        self.parameter("cls_token", 1, 1, width, scale=0.5)
        self.parameter("pos_embed", 1, 1 + (self.image // self.patch) ** 2, width, scale=0.5)
        self.parameter("patch_embed.proj.weight", width, 3, self.patch, self.patch, scale=0.25)
        self.parameter("patch_embed.proj.bias", width, scale=0.125)
        for block in range(self.depth):
            name = f"blocks.{block}"
            self.norm(f"{name}.norm1", width)
            self.linear(f"{name}.attn.qkv", 3 * width, width)
            self.linear(f"{name}.attn.proj", width, width)
            self.norm(f"{name}.norm2", width)
            self.linear(f"{name}.mlp.fc1", 4 * width, width)
            self.linear(f"{name}.mlp.fc2", width, 4 * width)
        self.norm("norm", width)
        self.linear("head", self.classes, width)

    def __call__(self, x, t: Tensors):
        def linear(x, name):
            return F.linear(x, t[f"{name}.weight"], t[f"{name}.bias"])

        def norm(x, name):
            return F.layer_norm(x, (self.width,), t[f"{name}.weight"], t[f"{name}.bias"], self.epsilon)

        x = F.conv2d(x, t["patch_embed.proj.weight"], t["patch_embed.proj.bias"], stride=self.patch)
        x = x.flatten(2).transpose(1, 2)
        x = torch.cat([t["cls_token"].expand(len(x), -1, -1), x], 1) + t["pos_embed"]
        batch, tokens, width = x.shape
        per_head = width // self.heads
        for block in range(self.depth):
            name = f"blocks.{block}"
            qkv = linear(norm(x, f"{name}.norm1"), f"{name}.attn.qkv")
            q, k, v = qkv.reshape(batch, tokens, 3, self.heads, per_head).permute(2, 0, 3, 1, 4)
            attention = (q @ k.transpose(-2, -1) / math.sqrt(per_head)).softmax(-1)
            y = (attention @ v).transpose(1, 2).reshape(batch, tokens, width)
            x = x + linear(y, f"{name}.attn.proj")
            y = self.activation(linear(norm(x, f"{name}.norm2"), f"{name}.mlp.fc1"))
            x = x + linear(y, f"{name}.mlp.fc2")
        features = norm(x, "norm")[:, 0]
        return features, linear(features, "head")


class MobileNetV2(Network):
    """Sandler et al. 2018 in small, with torchvision's names.

    The stem pads as TensorFlow's SAME does: one column right, one row below. BatchNorm gains are around 2, so that
    ReLU6 clips at both ends.
    """

    classes, image, width = 10, 32, 32
    blocks = ((1, 8, 1), (4, 16, 2), (4, 16, 1), (4, 24, 2))  # (expansion, channels, stride)

    def __init__(self, activation: str):
        super().__init__("mobilenetv2")
        self.activation = ACTIVATIONS[activation]
        self.layers: list[tuple[str, str, int, bool]] = []
        self._unit("features.0.0", "features.0.1", 8, 3, 3)
        before = 8
        for index, (expansion, channels, _) in enumerate(self.blocks, 1):
            name, hidden = f"features.{index}.conv", before * expansion
            for convolution, norm, out, per_group, kernel in self._block(name, expansion, before, hidden, channels):
                self._unit(convolution, norm, out, per_group, kernel)
            before = channels
        last = len(self.blocks) + 1
        self._unit(f"features.{last}.0", f"features.{last}.1", self.width, before, 1)
        self.linear("classifier.1", self.classes, self.width)

    def _unit(self, convolution: str, norm: str, out: int, per_group: int, kernel: int) -> None:
        self.convolution(convolution, out, per_group, kernel)
        self.batch_norm(norm, out, gain=2.0)

    @staticmethod
    def _block(name: str, expansion: int, before: int, hidden: int, channels: int):
        """(convolution, norm, out, in per group, kernel) of the expansion, the depthwise and the projection layer."""
        if expansion > 1:
            yield f"{name}.0.0", f"{name}.0.1", hidden, before, 1
        depthwise = 0 if expansion == 1 else 1
        yield f"{name}.{depthwise}.0", f"{name}.{depthwise}.1", hidden, 1, 3
        yield f"{name}.{depthwise + 1}", f"{name}.{depthwise + 2}", channels, hidden, 1

    def __call__(self, x, t: Tensors):
        act = self.activation
        x = F.conv2d(F.pad(x, (0, 1, 0, 1)), t["features.0.0.weight"], stride=2)
        x = act(normalize(x, t, "features.0.1"))
        for index, (expansion, channels, stride) in enumerate(self.blocks, 1):
            before = x.shape[1]
            *inner, last = self._block(f"features.{index}.conv", expansion, before, before * expansion, channels)
            y = x
            for convolution, norm, out, per_group, kernel in inner:
                depthwise = per_group == 1 and kernel == 3
                y = F.conv2d(
                    y,
                    t[f"{convolution}.weight"],
                    stride=stride if depthwise else 1,
                    padding=kernel // 2,
                    groups=out if depthwise else 1,
                )
                y = act(normalize(y, t, norm))
            y = normalize(F.conv2d(y, t[f"{last[0]}.weight"]), t, last[1])
            x = x + y if stride == 1 and before == channels else y
        last = len(self.blocks) + 1
        x = act(normalize(F.conv2d(x, t[f"features.{last}.0.weight"]), t, f"features.{last}.1"))
        features = x.mean((2, 3))
        return features, F.linear(features, t["classifier.1.weight"], t["classifier.1.bias"])
