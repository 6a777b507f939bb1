import type { LibraryModel, NoLibraryModel } from '../../../models/export/library/library-model.js';
import type { Preprocessing } from '../../../nn/network.js';
import type { RunRecord } from '../../folder/record.js';
import { codeBlock } from './markdown.js';
import { torchvisionModel } from './torchvision-models.js';

/** How the tensors are opened by the library whose names they have, or why there are none: a title and paragraphs. */
export function librarySection(
  name: string,
  record: RunRecord,
  library: LibraryModel | NoLibraryModel,
): readonly string[] {
  if ('why' in library) return ['## In PyTorch', `There is no \`model.safetensors\`: ${library.why}.`];
  const classes = record.data.classes.length;
  switch (library.library) {
    case 'transformers':
      return [
        '## In transformers',
        `With \`pip install "transformers>=5" torch torchvision pillow\`, beside this folder. The tensors take pictures of ${library.preprocessing.imageSize} pixels,
which \`processor_config.json\` describes. Lay transparent pictures over white first.`,
        codeBlock('python', transformersSnippet(name)),
      ];
    case 'timm':
      if (library.architecture === undefined) return stateDict('timm', classes);
      return [
        '## In timm',
        `With \`pip install timm pillow\`, beside this folder. Lay transparent pictures over white first. Python's transformers does not
open this folder: its \`config.json\` is for transformers.js and timm.`,
        codeBlock('python', timmSnippet(name)),
      ];
    case 'torchvision': {
      const model = torchvisionModel(record.model.name, library.preprocessing.imageSize, classes);
      if (model === undefined) return stateDict('torchvision', classes);
      return [
        '## In torchvision',
        'With `pip install torchvision safetensors pillow`, beside this folder. Lay transparent pictures over white first.',
        codeBlock('python', torchvisionSnippet(name, model, library.preprocessing)),
      ];
    }
    case 'torch':
      return stateDict('its program', classes);
  }
}

function stateDict(where: string, classes: number): readonly string[] {
  return [
    '## In PyTorch',
    `\`model.safetensors\` has the tensors under the names that they have in ${where}: \`safetensors.torch.load_file\` makes a state dict of it,
for the network that the backbone came from with ${classes} classes. Pictures are prepared as above, at the network's own size.`,
  ];
}

function transformersSnippet(name: string): string {
  return `
from transformers import pipeline

classify = pipeline("image-classification", model=${JSON.stringify(name)})
for answer in classify("picture.jpg", top_k=5):
    print(answer["label"], answer["score"])
`;
}

function timmSnippet(name: string): string {
  return `
import timm
import torch
from PIL import Image, ImageOps

model = timm.create_model(${JSON.stringify(`local-dir:${name}`)}, pretrained=True).eval()
transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model))
picture = ImageOps.exif_transpose(Image.open("picture.jpg")).convert("RGB")
with torch.inference_mode():
    probabilities = model(transform(picture)[None])[0].softmax(-1)
for name, probability in zip(model.pretrained_cfg["label_names"], probabilities.tolist()):
    print(name, probability)
`;
}

function torchvisionSnippet(
  name: string,
  model: string,
  { imageSize, resizeSize, mean, std }: Preprocessing,
): string {
  return `
import json

import torch
import torchvision
from PIL import Image, ImageOps
from safetensors.torch import load_file
from torchvision import transforms

folder = ${JSON.stringify(name)}
model = ${model}.eval()
model.load_state_dict(load_file(f"{folder}/model.safetensors"))
with open(f"{folder}/config.json", encoding="utf-8") as file:
    classes = json.load(file)["id2label"]
transform = transforms.Compose([
    transforms.Resize(${resizeSize}),
    transforms.CenterCrop(${imageSize}),
    transforms.ToTensor(),
    transforms.Normalize([${mean.join(', ')}], [${std.join(', ')}]),
])
picture = ImageOps.exif_transpose(Image.open("picture.jpg")).convert("RGB")
with torch.inference_mode():
    probabilities = model(transform(picture)[None])[0].softmax(-1)
for index, probability in enumerate(probabilities.tolist()):
    print(classes[str(index)], probability)
`;
}
