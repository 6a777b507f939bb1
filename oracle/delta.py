"""DELTA: its penalty on given maps, and the importance of channels of a small convolutional network.

Writes test/golden/delta.json, float64 throughout.

* `weights`: softmax(standardised importances / 5), by scipy and sklearn's scaler.
* `cases`: R + beta / 2 (|W|^2 + |b|^2) image by image and channel by channel, and its gradients. Maps [B, C, h, w] and
  tokens [B, T, D].
* `network`: conv, ReLU, conv, ReLU, mean, linear. Importances by ablation (a channel's map is zeroed) and from
  gradients, mean_i s_ic^2 / 2 with s_ic = sum of F_ic dCE_i/dF_ic; attention under scikit-learn's logistic regression
  on the features.
"""

import numpy as np
import torch
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from torch.nn.functional import conv2d, cross_entropy, linear, mse_loss

import golden
import lcg

BATCH, WIDTH, CLASSES = 3, 4, 3
SHAPES = {"stage1": (BATCH, 4, 3, 2), "stage2": (BATCH, 6, 2, 2), "stage3": (BATCH, 5, 3), "stage4": (BATCH, 7, 1, 1)}
FEATURE_MAPS = {role: lcg.named(f"delta/{role}", shape) for role, shape in SHAPES.items()}
PRETRAINED_MAPS = {role: lcg.named(f"delta/source/{role}", shape, offset=0.25) for role, shape in SHAPES.items()}
HEAD = {
    "head.weight": lcg.named("delta/head.weight", (CLASSES, WIDTH)),
    "head.bias": lcg.named("delta/head.bias", (CLASSES,)),
}
CHANNELS = {"stage1": 4, "stage2": 6, "stage3": 3, "stage4": 7}
IMPORTANCES = {
    role: lcg.named(f"delta/importance/{role}", (count,), scale=10.0**-i) for i, (role, count) in enumerate(CHANNELS.items())
}
CASES = {
    "default": {},
    "per image": {"reduction": "mean"},
    "plain maps": {"attention": "none"},
    "plain maps per image": {"attention": "none", "reduction": "mean"},
    "head held firmly": {"beta": 2},
    "head left alone": {"beta": 0},
}
DEFAULTS = {"attention": "ablation", "beta": 0.01, "reduction": "sum"}

SIDE, IMAGES, IMAGES_PER_BATCH, L2 = 6, 64, 32, 1e-4
MEAN, STD = (0.4, 0.5, 0.6), (0.2, 0.25, 0.5)
PARAMETERS = {
    "conv1.weight": lcg.named("delta/conv1.weight", (4, 3, 3, 3), scale=0.5),
    "conv1.bias": lcg.named("delta/conv1.bias", (4,), scale=0.5),
    "conv2.weight": lcg.named("delta/conv2.weight", (5, 4, 3, 3), scale=0.5),
    "conv2.bias": lcg.named("delta/conv2.bias", (5,), scale=0.5),
}
TARGET_HEAD = {
    "weight": lcg.named("delta/target.weight", (CLASSES, 5)),
    "bias": lcg.named("delta/target.bias", (CLASSES,)),
}
PIXELS = lcg.named("delta/pixels", (IMAGES, SIDE, SIDE, 3), scale=127.5, offset=127.5)
LABELS = sorted(i % CLASSES for i in range(IMAGES))


def tensors(recipes: dict) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(recipe.array()).double() for name, recipe in recipes.items()}


def attention(importances) -> np.ndarray:
    standardised = StandardScaler().fit_transform(np.asarray(importances, dtype=np.float64)[:, None])
    return softmax(standardised[:, 0] / 5)


def channel_first(one_map: torch.Tensor) -> torch.Tensor:
    """The map of one image with its channels in front: [C, ...] of [C, h, w] or [T, D]."""
    return one_map if one_map.ndim == 3 else one_map.T


def objective(feature_maps: dict, source: dict, head: dict, weights: dict, o: dict):
    """The penalty and the extra_loss."""
    penalty = 0
    for role in feature_maps:
        for ours, theirs in zip(feature_maps[role], source[role]):
            ours, theirs = channel_first(ours), channel_first(theirs)
            for c in range(len(ours)):
                distance = mse_loss(ours[c], theirs[c], reduction="sum")
                share = 1 if o["attention"] == "none" else len(ours) * weights[role][c] / ours[c].numel()
                penalty = penalty + share * distance / 2
    if o["reduction"] == "mean":
        penalty = penalty / BATCH
    return penalty, o["beta"] / 2 * sum(parameter.norm() ** 2 for parameter in head.values())


def evaluate(name: str, options: dict, weights: dict) -> dict:
    feature_maps, head = (
        {key: t.requires_grad_() for key, t in tensors(recipes).items()} for recipes in (FEATURE_MAPS, HEAD)
    )
    penalty, extra_loss = objective(feature_maps, tensors(PRETRAINED_MAPS), head, weights, DEFAULTS | options)
    trained = feature_maps | head
    gradients = torch.autograd.grad(penalty + extra_loss, list(trained.values()))
    return {
        "name": name,
        "options": options,
        "penalty": penalty,
        "extraLoss": extra_loss,
        "gradients": {key: gradient.flatten() for key, gradient in zip(trained, gradients)},
    }


def maps_of(images: torch.Tensor, edit=lambda role, x: x):
    """The maps and the features; `edit` may change a map on the way."""
    p = tensors(PARAMETERS)
    stage1 = edit("stage1", conv2d(images, p["conv1.weight"], p["conv1.bias"], padding=1).relu())
    stage2 = edit("stage2", conv2d(stage1, p["conv2.weight"], p["conv2.bias"], stride=2, padding=1).relu())
    return {"stage1": stage1, "stage2": stage2}, stage2.mean((2, 3))


def without(role: str, channel: int):
    def edit(at: str, x: torch.Tensor) -> torch.Tensor:
        if at != role:
            return x
        keep = [c for c in range(x.shape[1]) if c != channel]
        return torch.zeros_like(x).index_copy(1, torch.tensor(keep), x[:, keep])

    return edit


def importances(batches, weight: torch.Tensor, bias: torch.Tensor):
    """By ablation, and from the gradients of each image's loss; averaged over batches."""
    ablation, by_gradients = {}, {}
    for images, labels in batches:
        maps, features = maps_of(images, lambda _, x: x.detach().requires_grad_() if not x.requires_grad else x)
        losses = cross_entropy(linear(features, weight, bias), labels, reduction="none")
        loss = losses.mean()
        changes = {role: [] for role in maps}
        for i, one in enumerate(losses):
            gradients = torch.autograd.grad(one, list(maps.values()), retain_graph=True)
            for (role, x), gradient in zip(maps.items(), gradients):
                changes[role].append((x[i] * gradient[i]).detach().sum((1, 2)).numpy())
        for role, x in maps.items():
            change = np.stack(changes[role])
            by_gradients.setdefault(role, []).append((change**2).mean(axis=0) / 2)
            gains = []
            for channel in range(x.shape[1]):
                _, features = maps_of(images, without(role, channel))
                gains.append((cross_entropy(linear(features, weight, bias), labels) - loss).item())
            ablation.setdefault(role, []).append(np.array(gains))
    return [{role: np.mean(np.stack(each), axis=0) for role, each in v.items()} for v in (ablation, by_gradients)]


def network() -> dict:
    raw = np.floor(PIXELS.array()).astype(np.uint8)
    images = (torch.from_numpy(raw).double() / 255 - torch.tensor(MEAN).double()) / torch.tensor(STD).double()
    images = images.permute(0, 3, 1, 2)
    labels = torch.tensor(LABELS)
    batches = list(zip(images.split(IMAGES_PER_BATCH), labels.split(IMAGES_PER_BATCH)))
    ablation, by_gradients = importances(batches, *tensors(TARGET_HEAD).values())
    features = maps_of(images)[1].numpy()
    regression = LogisticRegression(C=1 / (IMAGES * L2), tol=1e-10, max_iter=100_000).fit(features, LABELS)
    solved = importances(batches, torch.from_numpy(regression.coef_), torch.from_numpy(regression.intercept_))
    return {
        "side": SIDE,
        "mean": MEAN,
        "std": STD,
        "parameters": PARAMETERS,
        "head": TARGET_HEAD,
        "pixels": PIXELS,
        "labels": LABELS,
        "features": features,
        "imagesPerBatch": IMAGES_PER_BATCH,
        "ablation": ablation,
        "gradient": by_gradients,
        "attention": {
            "ablation": {role: attention(v) for role, v in solved[0].items()},
            "gradient": {role: attention(v) for role, v in solved[1].items()},
        },
    }


if __name__ == "__main__":
    weights = {role: attention(recipe.array()) for role, recipe in IMPORTANCES.items()}
    golden.write(
        "delta",
        {
            "script": "delta.py",
            "torch": torch.__version__,
            "classes": CLASSES,
            "featureMaps": FEATURE_MAPS,
            "pretrainedFeatureMaps": PRETRAINED_MAPS,
            "head": HEAD,
            "importances": IMPORTANCES,
            "weights": weights,
            "cases": [evaluate(name, options, weights) for name, options in CASES.items()],
            "network": network(),
        },
    )
