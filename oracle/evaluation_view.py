"""Where torchvision's Resize and CenterCrop put the evaluation square, for pictures of many sizes.

`python oracle/evaluation_view.py` at the repository's root writes test/golden/evaluation-view.json. A case is [width,
height, resize, crop, resized width, resized height, left, top]; left and top are negative where there is padding.
"""

import itertools

import golden
import torch
import torchvision
from PIL import Image
from torchvision.transforms import functional

SIZES = [1, 2, 3, 7, 31, 32, 33, 47, 48, 97, 150, 224, 231, 255, 256, 257, 333, 480, 640, 641, 853, 1023, 3001]
VIEWS = [(32, 32), (36, 32), (37, 32), (146, 128), (256, 224), (29, 32), (28, 33), (257, 255)]


def corner(width, height, crop):
    """The first column and row inside the crop, or minus the padding before the picture."""
    columns = torch.arange(1, width + 1).expand(1, height, width)
    rows = torch.arange(1, height + 1)[:, None].expand(1, height, width)
    found = []
    for places in (functional.center_crop(columns, [crop, crop])[0].amax(0), functional.center_crop(rows, [crop, crop])[0].amax(1)):
        inside = places.nonzero()[0].item()
        found.append(places[inside].item() - 1 - inside)
    return found


def case(width, height, resize, crop):
    resized = functional.resize(Image.new("L", (width, height)), resize)
    return [width, height, resize, crop, *resized.size, *corner(*resized.size, crop)]


def main():
    pairs = [pair for pair in itertools.product(SIZES, SIZES) if max(pair) <= 8 * min(pair)]
    # Every view, with every third picture, beginning elsewhere each time.
    cases = [case(*pair, *view) for i, view in enumerate(VIEWS) for pair in pairs[i % 3 :: 3]]
    golden.write("evaluation-view", {"torchvision": torchvision.__version__.split("+")[0], "cases": cases})


main()
