"""
What PyTorch's own recipes reach on the newcomer's table (docs/results.md), on the very images of this project's runs:

    python oracle/newcomer.py MODELS runs/newcomer tools/newcomer/outcomes.jsonl [NETWORK...]

MODELS has NAME/onnx/model.onnx. Networks are converted with onnx2torch, their last Linear layer is replaced.

tutorial   "Transfer learning for computer vision" of pytorch.org, whole network: SGD at 0.001, momentum 0.9, a tenth after
           every 7 epochs; here 20 epochs, batches of 32. The best epoch in validation is kept.
fine-tune  fastai's `fine_tune(19)`: one epoch with the backbone frozen (Adam, one cycle up to 0.002), then 19 unfrozen (one
           cycle up to 0.001, a hundredth of it for the first layers, rising by groups), weight decay 0.01. The last epoch is
           kept, as fastai does.

Both: RandomResizedCrop (0.08 to 1 in the tutorial, 0.35 to 1 in fastai) and mirror images; evaluation by the same centre
crop as here. One line per classifier is added to the file; what is there is not repeated.
"""
import copy
import json
import math
import os
import re
import sys
import time

import torch
from onnx2torch import convert
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms as T

EPOCHS = 20


class Photos(Dataset):
    def __init__(self, images, once, transform):
        self.images = [(once(Image.open(path).convert("RGB")), label) for path, label in images]
        self.transform = transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        image, label = self.images[i]
        return self.transform(image), label


def split(run):
    """Images of a run: {'train': [(path, label)], ...}, and its record."""
    record = json.load(open(os.path.join(run, "run.json")))
    classes = record["data"]["classes"]
    images = {"train": [], "val": [], "test": []}
    for line in open(os.path.join(run, "images.jsonl")):
        image = json.loads(line)
        if image.get("split") in images:
            path = os.path.join(record["options"]["data"], image["path"])
            images[image["split"]].append((path, classes.index(image["class"])))
    return images, record


def network(models, name, classes):
    model = convert(os.path.join(models, name, "onnx", "model.onnx"))
    parent, last = [(key, module) for key, module in model.named_modules() if isinstance(module, nn.Linear)][-1]
    head = nn.Linear(last.in_features, classes)
    *above, leaf = parent.split(".")
    setattr(model.get_submodule(".".join(above)), leaf, head)
    return model, head


@torch.no_grad()
def accuracy(model, loader):
    model.eval()
    right = [(model(x).argmax(1) == y).sum().item() for x, y in loader]
    return sum(right) / len(loader.dataset)


def epoch(model, loader, optimizer, after=lambda: None):
    model.train()
    for x, y in loader:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
        after()


def tutorial(model, head, loaders):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 7, 0.1)
    best, kept = -1.0, None
    for _ in range(EPOCHS):
        epoch(model, loaders["train"], optimizer)
        schedule.step()
        reached = accuracy(model, loaders["val"])
        if reached > best:
            best, kept = reached, copy.deepcopy(model.state_dict())
    model.load_state_dict(kept)


def fine_tune(model, head, loaders):
    own = {id(p) for p in head.parameters()}
    rest = [p for p in model.parameters() if id(p) not in own]
    half = len(rest) // 2
    groups = [rest[:half], rest[half:], list(head.parameters())]

    def cycle(rates, epochs, start, div):
        optimizer = torch.optim.AdamW([{"params": g, "lr": r} for g, r in zip(groups, rates) if r > 0], weight_decay=0.01)
        total = epochs * len(loaders["train"])
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, [r for r in rates if r > 0], total_steps=total + 1, pct_start=start, div_factor=div, final_div_factor=1e5 / div
        )
        for _ in range(epochs):
            epoch(model, loaders["train"], optimizer, schedule.step)

    for p in rest:
        p.requires_grad_(False)
    cycle([0, 0, 0.002], 1, 0.99, 25)
    for p in rest:
        p.requires_grad_(True)
    top = 0.001
    cycle([top / 100, top / math.sqrt(100), top], EPOCHS - 1, 0.3, 5)


RECIPES = {"pytorch-tutorial": (tutorial, 0.08), "pytorch-fine-tune": (fine_tune, 0.35)}


def main(models, runs, file, *networks):
    done = {tuple(json.loads(line)[key] for key in ("dataset", "network", "seed", "contestant")) for line in open(file)}
    for run in sorted(os.listdir(runs)):
        match = re.fullmatch(r"(\w+?)-(.+)-(\d+)-train", run)
        if match is None or not os.path.exists(os.path.join(runs, run, "summary.json")):
            continue
        dataset, name, seed = match[1], match[2], int(match[3])
        if networks and name not in networks:
            continue
        images, record = split(os.path.join(runs, run))
        pre = record["model"]["preprocessing"]
        side, resize = pre["imageSize"], pre["resizeSize"]
        normal = [T.ToTensor(), T.Normalize(pre["mean"], pre["std"])]
        central = T.Compose([T.Resize(resize), T.CenterCrop(side)])
        evaluation = T.Compose(normal)
        for contestant, (recipe, scale) in RECIPES.items():
            if (dataset, name, seed, contestant) in done:
                continue
            torch.manual_seed(seed)
            crop = T.RandomResizedCrop(side, scale=(scale, 1)) if side > 64 else T.RandomCrop(side, padding=4)
            whole = T.Compose([]) if side > 64 else central
            training = T.Compose([crop, T.RandomHorizontalFlip(), *normal])
            loaders = {
                "train": DataLoader(Photos(images["train"], whole, training), 32, shuffle=True, drop_last=True),
                "val": DataLoader(Photos(images["val"], central, evaluation), 64),
                "test": DataLoader(Photos(images["test"], central, evaluation), 64),
            }
            model, head = network(models, name, len(record["data"]["classes"]))
            started = time.time()
            recipe(model, head, loaders)
            reached = accuracy(model, loaders["test"])
            line = {"dataset": dataset, "network": name, "seed": seed, "contestant": contestant}
            line |= {"accuracy": round(reached, 4), "images": len(images["test"]), "seconds": round(time.time() - started)}
            with open(file, "a") as out:
                out.write(json.dumps(line) + "\n")
            print(line, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
