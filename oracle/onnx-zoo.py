"""Makes classifiers of torchvision, timm and transformers with random weights, exported to ONNX both ways.

    python oracle/onnx-zoo.py /tmp/zoo [PART OF A NAME ...]

Each becomes NAME.dynamo.onnx (torch.onnx.export as it is by default) and NAME.script.onnx (dynamo=False), with no
option but `external_data=False`: for one image, without a free dimension. What the exporters refuse is listed at the
end. Existing files are kept.

Needs torch, torchvision, timm, transformers, onnx and onnxscript.
"""

import sys
import time
import warnings
from pathlib import Path

import torch

from zoo import Classifier, classifiers, draw, isolated


def export(classifier: Classifier, path: Path, dynamo: bool) -> None:
    torch.manual_seed(0)
    model = classifier.make().eval()
    draw(model)
    images = (torch.randn(1, 3, classifier.size, classifier.size),)
    partial = path.with_suffix(".part")
    if dynamo:
        torch.onnx.export(model, images, partial, external_data=False, verbose=False)
    else:
        torch.onnx.export(model, images, partial, dynamo=False)
    partial.rename(path)


def main() -> None:
    folder, wanted = Path(sys.argv[1]), sys.argv[2:]
    folder.mkdir(parents=True, exist_ok=True)
    refused = []
    warnings.filterwarnings("ignore")
    for classifier in classifiers(wanted):
        for route, dynamo in (("script", False), ("dynamo", True)):
            path = folder / f"{classifier.name}.{route}.onnx"
            if path.exists():
                continue
            start = time.time()
            wrong = isolated(lambda: export(classifier, path, dynamo), 400)
            print(f"{classifier.name} {route} {time.time() - start:.0f} s {wrong}", flush=True)
            if wrong:
                refused.append(f"{classifier.name} {route}: {wrong}")
    print("\n".join(["refused:", *refused]))


main()
