"""The networks that `bench.py` times, as torchvision and timm define them."""

import torch
import torch.nn.functional as F
from torch import nn


def unit(before: int, width: int, kernel: int, stride: int = 1, groups: int = 1, act=None, folded=False) -> list:
    """Convolution, BatchNorm (or the bias that it folds into) and activation."""
    convolution = nn.Conv2d(before, width, kernel, stride, kernel // 2, groups=groups, bias=folded)
    nn.init.kaiming_normal_(convolution.weight, mode="fan_out")
    norm = [] if folded else [nn.BatchNorm2d(width)]
    return [convolution, *norm, *([act(inplace=True)] if act else [])]


class BasicBlock(nn.Module):
    def __init__(self, before: int, width: int, stride: int):
        super().__init__()
        self.body = nn.Sequential(*unit(before, width, 3, stride, act=nn.ReLU), *unit(width, width, 3))
        same = stride == 1 and before == width
        self.shortcut = nn.Identity() if same else nn.Sequential(*unit(before, width, 1, stride))

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x), inplace=True)


def resnet18(classes: int) -> nn.Module:
    """He et al. 2015: 11.7 M parameters."""
    layers = [*unit(3, 64, 7, 2, act=nn.ReLU), nn.MaxPool2d(3, 2, 1)]
    before = 64
    for width, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers += [BasicBlock(before, width, stride), BasicBlock(width, width, 1)]
        before = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, classes))


class Bottleneck(nn.Module):
    def __init__(self, before: int, width: int, stride: int):
        super().__init__()
        self.body = nn.Sequential(
            *unit(before, width, 1, act=nn.ReLU), *unit(width, width, 3, stride, act=nn.ReLU), *unit(width, 4 * width, 1)
        )
        same = stride == 1 and before == 4 * width
        self.shortcut = nn.Identity() if same else nn.Sequential(*unit(before, 4 * width, 1, stride))

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x), inplace=True)


def resnet50(classes: int) -> nn.Module:
    """He et al. 2015, with the stride in the 3x3 convolutions: 25.6 M parameters."""
    layers = [*unit(3, 64, 7, 2, act=nn.ReLU), nn.MaxPool2d(3, 2, 1)]
    before = 64
    for width, count, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        for index in range(count):
            layers.append(Bottleneck(before, width, stride if index == 0 else 1))
            before = 4 * width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, classes))


class InvertedResidual(nn.Module):
    def __init__(self, before: int, width: int, stride: int, expansion: int, folded: bool):
        super().__init__()
        hidden = before * expansion
        expand = unit(before, hidden, 1, act=nn.ReLU6, folded=folded) if expansion > 1 else []
        self.body = nn.Sequential(
            *expand,
            *unit(hidden, hidden, 3, stride, hidden, act=nn.ReLU6, folded=folded),
            *unit(hidden, width, 1, folded=folded),
        )
        self.residual = stride == 1 and before == width

    def forward(self, x):
        return x + self.body(x) if self.residual else self.body(x)


def mobilenet_v2(classes: int, folded: bool = False) -> nn.Module:
    """Sandler et al. 2018, width 1: 3.5 M parameters. `folded`: biases in place of BatchNorm, as in exported models."""
    layers = unit(3, 32, 3, 2, act=nn.ReLU6, folded=folded)
    before = 32
    for expansion, width, count, stride in (
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ):  # fmt: skip
        for index in range(count):
            layers.append(InvertedResidual(before, width, stride if index == 0 else 1, expansion, folded))
            before = width
    layers += unit(before, 1280, 1, act=nn.ReLU6, folded=folded)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(1280, classes))


class TransformerBlock(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width, 1e-6), nn.LayerNorm(width, 1e-6)
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        batch, tokens, width = x.shape
        qkv = self.qkv(self.norm1(x)).reshape(batch, tokens, 3, self.heads, width // self.heads)
        attended = F.scaled_dot_product_attention(*qkv.permute(2, 0, 3, 1, 4))
        x = x + self.proj(attended.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.mlp(self.norm2(x))


class VisionTransformer(nn.Module):
    """Dosovitskiy et al. 2021; the defaults are ViT-Ti/16 (Touvron et al. 2021): 5.7 M parameters."""

    def __init__(self, classes: int, image=224, patch=16, width=192, depth=12, heads=3):
        super().__init__()
        self.embed = nn.Conv2d(3, width, patch, patch)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(torch.randn(1, 1 + (image // patch) ** 2, width) * 0.02)
        self.blocks = nn.Sequential(*(TransformerBlock(width, heads) for _ in range(depth)))
        self.norm, self.head = nn.LayerNorm(width, 1e-6), nn.Linear(width, classes)

    def forward(self, x):
        x = self.embed(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1) + self.positions
        return self.head(self.norm(self.blocks(x))[:, 0])


# By name, from the number of classes and the pixels of a side.
MODELS = {
    "resnet18": lambda classes, _: resnet18(classes),
    "resnet50": lambda classes, _: resnet50(classes),
    "vit-ti-16": VisionTransformer,
    "vit-s-16": lambda classes, image: VisionTransformer(classes, image, width=384, heads=6),
    "mobilenetv2": lambda classes, _: mobilenet_v2(classes),
    "mobilenetv2-folded": lambda classes, _: mobilenet_v2(classes, folded=True),
}
