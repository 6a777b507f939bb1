"""Core-tuning, DELTA, DR-Tune and Co-Tuning in PyTorch, and what `twenty_steps.py` gives them.

* `CoreTuning`: `core_tuning.py` has the definitions. Mixes are made sample by sample. Twenty steps decide some 500
  times which sample is nearest or farthest; `margin`, the closest decision, tells that float32 cannot choose otherwise.
* `Delta`, `DeltaMaps`: with attention, and on plain maps.
* `DRTune`: a bank of eight batches; `dr_tune.py` calibrates it. Rotated before steps 0, 4, 8, 10, 14 and 18. Of each
  cross-covariance U S V^T, `determinants` has that of U V^T and `conditions` the smallest singular value over the
  largest. One below 1e-5 would be shortened rather than turned by our rotation; where the determinant is -1, float32
  finds the vector to be mirrored the less well the closer the two smallest singular values are.
* `CoTuning`: the source head learns along.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F

import dr_tune
import lcg

STEPS, BATCH, CLASSES, WIDTH = 20, 16, 10, 64
SOURCE_CLASSES, PROJECTED, BANK = 13, 32, 8 * BATCH
EPOCH, PERIOD = 10, 4  # batches of an epoch, and between rotations


@dataclass
class Batch:
    """What a method looks at: the trained network's features and maps, the frozen one's, and the head."""

    step: int
    labels: torch.Tensor
    features: torch.Tensor
    logits: torch.Tensor
    feature_maps: dict[str, torch.Tensor]
    pretrained_features: torch.Tensor
    pretrained_maps: dict[str, torch.Tensor]
    weight: torch.Tensor
    bias: torch.Tensor


class Method:
    """Its `losses` are (task loss, penalty, extra loss), each a scalar; a task loss of None is the batch's cross-entropy."""

    prefix = "method."  # of its tensors' names
    rate = 1.0  # of its own trained tensors, times the learning rate
    prepared: dict = {}  # what it would have computed before training: recipes, or labels as floats
    initial: dict = {}  # recipes of tensors that it would have drawn
    noise: list = []  # recipes, a list for each step
    snapshots: tuple[int, ...] = (STEPS - 1,)  # steps after which the state is recorded

    def __init__(self, dtype: torch.dtype):
        self.dtype = dtype
        self.trained = {name: self.tensor(recipe).requires_grad_() for name, recipe in self.initial.items()}

    def tensor(self, given) -> torch.Tensor:
        return torch.from_numpy(given.array()).to(self.dtype) if isinstance(given, lcg.Recipe) else torch.tensor(given)

    def losses(self, batch: Batch):
        raise NotImplementedError

    def state(self) -> dict[str, torch.Tensor]:
        """What it keeps and trains."""
        return self.trained

    def diagnostics(self) -> dict:
        return {}


class CoreTuning(Method):
    name, weight, lr, backbone_rate, decay = "core-tuning", 0.5, 0.01, 0.5, 1e-2
    options = {"dimension": PROJECTED}
    initial = {
        "projection.0.weight": lcg.named("twenty/projection.0.weight", (WIDTH, WIDTH), scale=0.3),
        "projection.0.bias": lcg.named("twenty/projection.0.bias", (WIDTH,), scale=0.1),
        "projection.2.weight": lcg.named("twenty/projection.2.weight", (PROJECTED, WIDTH), scale=0.25),
        "projection.2.bias": lcg.named("twenty/projection.2.bias", (PROJECTED,), scale=0.1),
    }
    noise = [
        [
            lcg.named(f"twenty/{t}/positiveShare", (BATCH, 1), scale=0.5, offset=0.5),
            lcg.named(f"twenty/{t}/choice", (BATCH, BATCH), scale=0.5, offset=0.5),
            lcg.named(f"twenty/{t}/negativeShare", (BATCH, 1), scale=0.5, offset=0.5),
        ]
        for t in range(STEPS)
    ]
    tau, floor = 0.07, 0.8

    def __init__(self, dtype: torch.dtype):
        super().__init__(dtype)
        self.margin = float("inf")

    def losses(self, batch: Batch):
        f, soft = self.enlarged(batch)
        task = F.cross_entropy(F.linear(f, batch.weight, batch.bias), soft)
        hidden = F.linear(f, self.trained["projection.0.weight"], self.trained["projection.0.bias"]).relu()
        out = F.linear(hidden, self.trained["projection.2.weight"], self.trained["projection.2.bias"])
        z = F.normalize(out, dim=1)
        labels = batch.labels.tolist()
        anchors = []
        for i in range(BATCH):
            others = [k for k in range(len(z)) if k != i]
            log_p = dict(zip(others, torch.log_softmax(z[others] @ z[i] / self.tau, 0)))
            positives = [log_p[j] for j in range(BATCH) if j != i and labels[j] == labels[i]]
            if positives:
                anchors.append(-sum((1 - q.exp()) * q for q in positives) / len(positives))
        return task, sum(anchors) / len(anchors), 0

    def enlarged(self, batch: Batch):
        """Features and soft labels of the batch and its mixes, those that can be made."""
        positive_share, choice, negative_share = (self.tensor(recipe) for recipe in self.noise[batch.step])
        f, labels = batch.features, batch.labels.tolist()
        soft = F.one_hot(batch.labels, CLASSES).to(f.dtype)
        rows = [(f[i], soft[i]) for i in range(BATCH)]
        for i in range(BATCH):
            cosine = F.cosine_similarity(f[i].detach()[None], f.detach(), dim=1).tolist()
            same = [j for j in range(BATCH) if j != i and labels[j] == labels[i]]
            other = [j for j in range(BATCH) if labels[j] != labels[i]]
            if same:
                p, n = self.first(same, [-c for c in cosine]), self.first(other, cosine)
                share = positive_share[i]
                rows.append(tuple(share * x[p] + (1 - share) * x[n] for x in (f, soft)))
            n = max(other, key=lambda j: choice[i, j])
            share = negative_share[i].clamp_min(self.floor)
            rows.append(tuple((1 - share) * x[i] + share * x[n] for x in (f, soft)))
        return [torch.stack(column) for column in zip(*rows)]

    def first(self, candidates: list[int], score: list[float]) -> int:
        """The one with the highest score; the runner-up's distance is noted."""
        ranked = sorted(candidates, key=lambda j: -score[j])
        if len(ranked) > 1:
            self.margin = min(self.margin, score[ranked[0]] - score[ranked[1]])
        return ranked[0]

    def diagnostics(self) -> dict:
        return {"margin": self.margin}


class Delta(Method):
    name, weight, lr, backbone_rate, decay = "delta", 1e-3, 0.01, 1.0, 0.0
    options = {"beta": 0.1}
    channels = {"stage1": 16, "stage2": 32, "stage3": 64}
    prepared = {
        f"attention.{role}": lcg.named(f"twenty/attention.{role}", (count,), scale=0.75 / count, offset=1 / count)
        for role, count in channels.items()
    }

    def losses(self, batch: Batch):
        penalty = 0
        for role, ours in batch.feature_maps.items():
            distances = (ours - batch.pretrained_maps[role]).square().mean((2, 3)).sum(0)  # of each channel
            penalty = penalty + len(distances) / 2 * (distances * self.tensor(self.prepared[f"attention.{role}"])).sum()
        return None, penalty, self.options["beta"] / 2 * self.head(batch)

    def head(self, batch: Batch):
        return batch.weight.square().sum() + batch.bias.square().sum()


class DeltaMaps(Delta):
    name, weight = "delta", 1e-4
    options = {"attention": "none", "beta": 0.1, "reduction": "mean"}
    prepared = {}

    def losses(self, batch: Batch):
        pairs = [(ours, batch.pretrained_maps[role]) for role, ours in batch.feature_maps.items()]
        distances = [F.mse_loss(ours, theirs, reduction="sum") / 2 for ours, theirs in pairs]
        return None, sum(distances) / BATCH, self.options["beta"] / 2 * self.head(batch)


class DRTune(Method):
    name, weight, lr, backbone_rate, decay = "dr-tune", 1.0, 2e-3, 0.5, 1e-3
    options = {"bank": BANK, "period": PERIOD}
    rotations = [step for step in range(STEPS) if step % EPOCH % PERIOD == 0]
    snapshots = (*rotations, STEPS - 1)
    prepared = {
        "pretrained": lcg.named("twenty/bank", (BANK, WIDTH), scale=0.75, offset=0.75),
        "labels": lcg.indices(lcg.seed_of("twenty/bank/labels"), BANK, CLASSES).astype(float).tolist(),
    }

    def __init__(self, dtype: torch.dtype):
        super().__init__(dtype)
        self.source = self.tensor(self.prepared["pretrained"])
        self.downstream = self.source
        self.labels = [int(label) for label in self.prepared["labels"]]
        self.conditions, self.determinants = [], []

    def losses(self, batch: Batch):
        rotate = batch.step in self.rotations
        if rotate:
            x, y = (F.normalize(bank) - F.normalize(bank).mean(0) for bank in (self.source, self.downstream))
            u, values, vt = torch.linalg.svd(y.T @ x)
            self.conditions.append((values[-1] / values[0]).item())
            self.determinants.append(round(torch.linalg.det(u @ vt).item()))
        with torch.no_grad():
            rows = dr_tune.calibrated(self.source, self.downstream, self.labels, batch.weight, rotate, unit=True)
            length = batch.features.norm(dim=1).mean()
        logits = F.linear(length * rows, batch.weight, batch.bias)
        penalty = F.cross_entropy(logits, torch.tensor(self.labels), reduction="sum") / BATCH
        self.calibrated = rows
        self.source = torch.cat([self.source, batch.pretrained_features])[BATCH:]
        self.downstream = torch.cat([self.downstream, batch.features.detach()])[BATCH:]
        self.labels = self.labels[BATCH:] + batch.labels.tolist()
        return None, penalty, 0

    def state(self) -> dict[str, torch.Tensor]:
        labels = torch.tensor(self.labels, dtype=self.dtype)
        banks = {"pretrained": self.source, "downstream": self.downstream, "labels": labels}
        return banks | {"calibrated": self.calibrated}

    def diagnostics(self) -> dict:
        assert min(self.conditions) > 2e-5 and -1 in self.determinants
        return {"conditions": self.conditions, "determinants": self.determinants}


class CoTuning(Method):
    name, weight, lr, backbone_rate, decay = "co-tuning", 2.3, 0.01, 0.25, 1e-2
    prefix, rate = "pretrained_head.", 0.25
    options = {}
    prepared = {
        "relationship": lcg.named(
            "twenty/relationship", (CLASSES, SOURCE_CLASSES), scale=0.75 / SOURCE_CLASSES, offset=1 / SOURCE_CLASSES
        )
    }
    initial = {
        "weight": lcg.named("twenty/source/weight", (SOURCE_CLASSES, WIDTH), scale=0.2),
        "bias": lcg.named("twenty/source/bias", (SOURCE_CLASSES,), scale=0.125),
    }

    def losses(self, batch: Batch):
        relationship = self.tensor(self.prepared["relationship"])
        logits = F.linear(batch.features, self.trained["weight"], self.trained["bias"])
        return None, F.cross_entropy(logits, relationship[batch.labels]), 0
