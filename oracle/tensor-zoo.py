"""Writes classifiers of torchvision, timm, transformers and OpenCLIP as tensors, with what they compute.

    python oracle/tensor-zoo.py /tmp/tensors [PART OF A NAME ...]

Each becomes a folder NAME with model.safetensors, config.json as its library writes it (torchvision writes none), and
reference.json: a recipe of two images (lcg.py) and the logits, or the features of a network without a classifier, in
float64. `node build/tools/models/tensor-zoo.js /tmp/tensors` compares. What cannot be made is listed at the end.

Needs what `onnx-zoo.py` needs, and open_clip_torch.
"""

import json
import sys
import warnings
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import save_file

import lcg
from zoo import Classifier, Logits, classifiers, draw, isolated


def write(classifier: Classifier, folder: Path) -> None:
    torch.manual_seed(0)
    model = classifier.make().eval()
    draw(model)
    folder.mkdir(parents=True)
    side = classifier.size
    if isinstance(model, Logits):
        model.model.save_pretrained(folder)
        (folder / "preprocessor_config.json").write_text(json.dumps({"size": {"height": side, "width": side}}))
    else:
        tensors = {key: value.clone().contiguous() for key, value in model.state_dict().items()}
        save_file(tensors, folder / "model.safetensors")
    config = classifier.config
    if config is not None and "architecture" in config:
        usual = {"input_size": [3, side, side], "mean": [0.5] * 3, "std": [0.5] * 3, "crop_pct": 0.9}
        (folder / "config.json").write_text(json.dumps({**config, "pretrained_cfg": usual}))
    elif config is not None:
        (folder / "open_clip_config.json").write_text(json.dumps(config))
    images = lcg.named(f"{classifier.name}/images", (2, 3, side, side), 1.5)
    with torch.no_grad():
        output = model.double()(torch.from_numpy(images.array()).double())
    reference = {"images": {**asdict(images)}, "output": output.reshape(2, -1).tolist()}
    (folder / "reference.json").write_text(json.dumps(reference))


def main() -> None:
    root, wanted = Path(sys.argv[1]), sys.argv[2:]
    warnings.filterwarnings("ignore")
    refused = []
    for classifier in classifiers(wanted):
        folder = root / classifier.name
        if folder.exists():
            continue
        wrong = isolated(lambda: write(classifier, folder), 400)
        if wrong:
            refused.append(f"{classifier.name}: {wrong}")
    print("\n".join(["refused:", *refused]))


main()
