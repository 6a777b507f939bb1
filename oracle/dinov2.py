"""DINOv2 with the tensors of its authors' repository (github.com/facebookresearch/dinov2), in the frame of timm's ViT."""

import torch
from timm.models.vision_transformer import VisionTransformer
from torch import nn
from torch.nn.functional import silu


class SwiGlu(nn.Module):
    """The giant's MLP."""

    def __init__(self, in_features: int, hidden_features: int, **_):
        super().__init__()
        self.w12 = nn.Linear(in_features, 2 * hidden_features)
        self.w3 = nn.Linear(hidden_features, in_features)

    def forward(self, x):
        gate, value = self.w12(x).chunk(2, dim=-1)
        return self.w3(silu(gate) * value)


class Dino(VisionTransformer):
    """Registers have no positions, the class token has one. There is no classifier."""

    def __init__(self, registers: int, giant: bool = False, **shape):
        more = dict(mlp_layer=SwiGlu) if giant else {}
        super().__init__(num_classes=0, init_values=0.1, **more, **shape)
        self.mask_token = nn.Parameter(torch.zeros(1, self.embed_dim))
        if registers:
            self.register_tokens = nn.Parameter(torch.randn(1, registers, self.embed_dim))
            self.num_prefix_tokens = 1 + registers

    def _pos_embed(self, x):
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], dim=1) + self.pos_embed
        if not hasattr(self, "register_tokens"):
            return x
        return torch.cat([x[:, :1], self.register_tokens.expand(len(x), -1, -1), x[:, 1:]], dim=1)
