"""AdaRand's class prior (Yamaguchi et al., CVPR 2024) in PyTorch, differentiated by autograd.

Shapes: mean, running, std [K, d]; features [B, d]; labels [B]. `article.py` holds the same formulas in NumPy with
gradients derived by hand.
"""

import torch
import torch.nn.functional as F

FORMS = ("paper", "article", "squaredCosine")


def cosines(u, v):
    """[K, K]: cosine of every row of u with every row of v; norms are clamped at 1e-8."""
    return (u / u.norm(dim=1, keepdim=True).clamp_min(1e-8)) @ (v / v.norm(dim=1, keepdim=True).clamp_min(1e-8)).T


def running_mean(form: str, mean, running, features, labels, alpha: float):
    """The mean of the batch's features per class, averaged with the past (`paper`) or with `mean` itself (`article`).

    Classes absent from the batch keep their running mean; in the article's form they get alpha * mean.
    """
    members = F.one_hot(labels, len(mean)).to(features.dtype).T  # [K, B]
    counts = members.sum(1, keepdim=True)
    batch = members @ features.detach() / counts.clamp_min(1)
    if form == "article":
        return alpha * mean.detach() + (1 - alpha) * batch
    return torch.where(counts > 0, alpha * running + (1 - alpha) * batch, running)


def objective(form: str, mean, running, intra: bool = True, inter: bool = True):
    """(l_intra, l_inter): `mean` is drawn to the running means of its own class and away from the other classes.

    paper:          mean_k (1 - cos(mean_k, running_k)),    -mean_{k != l} (1 - cos(mean_k, mean_l))
    article:        the same l_intra,                        (1 / K^2) sum_{k != l} cos(mean_k, mean_l)
    squaredCosine:  mean_k (1 - cos(mean_k, running_k))^2,   mean_{k != l} cos(mean_k, mean_l)^2
    """
    classes = len(mean)
    own = 1 - cosines(mean, running.detach()).diagonal()
    others = cosines(mean, mean)[~torch.eye(classes, dtype=torch.bool)]
    zero = (mean * 0).sum()
    if form == "paper":
        penalties = own.mean(), -(1 - others).mean()
    elif form == "article":
        penalties = own.mean(), others.sum() / classes**2
    else:
        penalties = own.square().mean(), others.square().mean()
    return penalties[0] if intra else zero, penalties[1] if inter else zero


def penalty(features, mean, std, labels, noise):
    """Mean over batch and features of (features - z)^2 with z = mean[labels] + std[labels] * noise, detached."""
    return F.mse_loss(features, (mean[labels] + std[labels] * noise).detach())
