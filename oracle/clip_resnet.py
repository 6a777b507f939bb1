"""CLIP's image tower in the form of a ResNet, with OpenAI's tensor names, from the description in Radford et al. 2021."""

from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, before: int, width: int, out: int, stride: int):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(before, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = nn.Conv2d(width, out, 1, bias=False), nn.BatchNorm2d(out)
        self.relu1, self.relu2, self.relu3 = nn.ReLU(), nn.ReLU(), nn.ReLU()
        self.pool = nn.AvgPool2d(stride) if stride > 1 else nn.Identity()
        self.downsample = None
        if stride > 1 or before != out:
            layers = [("-1", nn.AvgPool2d(stride)), ("0", nn.Conv2d(before, out, 1, bias=False)), ("1", nn.BatchNorm2d(out))]
            self.downsample = nn.Sequential(OrderedDict(layers))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.relu1(self.bn1(self.conv1(x)))
        y = self.pool(self.relu2(self.bn2(self.conv2(y))))
        y = self.bn3(self.conv3(y))
        return self.relu3(y + (x if self.downsample is None else self.downsample(x)))


class AttentionPool(nn.Module):
    def __init__(self, places: int, width: int, heads: int, out: int):
        super().__init__()
        self.positional_embedding = nn.Parameter(torch.zeros(places + 1, width))
        self.k_proj, self.q_proj, self.v_proj = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, width)
        self.c_proj = nn.Linear(width, out)
        self.heads = heads

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.flatten(2).permute(2, 0, 1)
        x = torch.cat([x.mean(0, keepdim=True), x]) + self.positional_embedding[:, None]
        q, k, v = self.q_proj, self.k_proj, self.v_proj
        pooled, _ = F.multi_head_attention_forward(
            query=x[:1], key=x, value=x, embed_dim_to_check=x.shape[-1], num_heads=self.heads,
            q_proj_weight=q.weight, k_proj_weight=k.weight, v_proj_weight=v.weight, in_proj_weight=None,
            in_proj_bias=torch.cat([q.bias, k.bias, v.bias]), bias_k=None, bias_v=None, add_zero_attn=False, dropout_p=0.0,
            out_proj_weight=self.c_proj.weight, out_proj_bias=self.c_proj.bias, use_separate_proj_weight=True, need_weights=False,
        )
        return pooled[0]


class ClipResNet(nn.Module):
    def __init__(self, side: int, stem: int, widths: list[int], depths: list[int], heads: int, out: int):
        super().__init__()
        chans = [3, stem // 2, stem // 2, stem]
        for i in (1, 2, 3):
            setattr(self, f"conv{i}", nn.Conv2d(chans[i - 1], chans[i], 3, stride=2 if i == 1 else 1, padding=1, bias=False))
            setattr(self, f"bn{i}", nn.BatchNorm2d(chans[i]))
            setattr(self, f"relu{i}", nn.ReLU())
        self.pool, before = nn.AvgPool2d(2), stem
        for i, (width, depth) in enumerate(zip(widths, depths)):
            strides = [2 if i > 0 else 1] + [1] * (depth - 1)
            blocks = [Block(before if j == 0 else 4 * width, width, 4 * width, stride) for j, stride in enumerate(strides)]
            setattr(self, f"layer{i + 1}", nn.Sequential(*blocks))
            before = 4 * width
        self.attnpool = AttentionPool((side // 32) ** 2, before, heads, out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for i in (1, 2, 3):
            x = getattr(self, f"relu{i}")(getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.pool(x)))))
        return self.attnpool(x)


class Visual(nn.Module):
    """Under `visual.`, as in a whole CLIP."""

    def __init__(self, tower: nn.Module):
        super().__init__()
        self.visual = tower

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.visual(x)
