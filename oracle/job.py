"""A whole fine-tuning in plain PyTorch, as its tutorials write it, for bench/jobs.ts:

    python oracle/job.py DATA MODEL IMAGE EPOCHS THREADS OUT [cpu|cuda]

DATA has train/CLASS/ and test/CLASS/. A tenth of the training images is validated on after each epoch; the best epoch is kept,
tested once and saved as OUT. Random crops of 25 to 100 % of the area and mirror images, batches of 32, SGD with Nesterov
momentum, a DataLoader with two workers. MODEL is one of bench_models.py, with random weights. Prints a line of JSON.
"""

import copy
import json
import sys

import torch
import torch.nn.functional as F
from bench_models import MODELS
from torch.utils.data import DataLoader, Subset
from torchvision import transforms as T
from torchvision.datasets import ImageFolder

BATCH, WORKERS = 32, 2
NORMALIZE = T.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])


def accuracy(model, loader, device) -> float:
    model.eval()
    with torch.inference_mode():
        right = sum((model(images.to(device)).argmax(1).cpu() == labels).sum().item() for images, labels in loader)
    return right / len(loader.dataset)


def main() -> None:
    data, name, image, epochs, threads, out, *rest = sys.argv[1:]
    device = rest[0] if rest else "cpu"
    size = int(image)
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    seen = T.Compose([T.RandomResizedCrop(size, (0.25, 1)), T.RandomHorizontalFlip(), T.ToTensor(), NORMALIZE])
    plain = T.Compose([T.Resize(size), T.CenterCrop(size), T.ToTensor(), NORMALIZE])
    train, val = ImageFolder(f"{data}/train", seen), ImageFolder(f"{data}/train", plain)
    order = torch.randperm(len(train)).tolist()
    held = len(train) // 10
    training = DataLoader(Subset(train, order[held:]), BATCH, shuffle=True, drop_last=True, num_workers=WORKERS)
    evaluation = dict(batch_size=BATCH, num_workers=WORKERS)
    validation = DataLoader(Subset(val, order[:held]), **evaluation)
    test = DataLoader(ImageFolder(f"{data}/test", plain), **evaluation)
    model = MODELS[name](len(train.classes), size).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, nesterov=True)
    best, kept = -1.0, model.state_dict()
    for _ in range(int(epochs)):
        model.train()
        for images, labels in training:
            optimizer.zero_grad(set_to_none=True)
            F.cross_entropy(model(images.to(device)), labels.to(device)).backward()
            optimizer.step()
        validated = accuracy(model, validation, device)
        if validated > best:
            best, kept = validated, copy.deepcopy(model.state_dict())
    model.load_state_dict(kept)
    tested = accuracy(model, test, device)
    torch.save({"model": kept, "classes": train.classes}, out)
    print(json.dumps({"train": len(train) - held, "test": len(test.dataset), "accuracy": tested}))


if __name__ == "__main__":
    main()
