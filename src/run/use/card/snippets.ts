/** What a program needs to know about an exported folder. */
export interface ExportedFolder {
  /** Its name, without the folders that it is in. */
  readonly name: string;
  /** Of the images that its graph takes. */
  readonly imageSize: number;
  readonly resizeSize: number;
}

/** The version of transformers.js that exported folders are tested with. */
export const TRANSFORMERS = 4;

export function nodeSnippet({ name }: ExportedFolder): string {
  return `
import { pipeline } from '@huggingface/transformers';

const classify = await pipeline('image-classification', ${quoted(`./${name}`)});
console.log(await classify('picture.jpg', { top_k: 5 }));
`;
}

export function browserSnippet({ name, resizeSize }: ExportedFolder): string {
  return `
<input type="file" accept="image/*">
<script type="module">
  import { env, pipeline, RawImage } from 'https://cdn.jsdelivr.net/npm/@huggingface/transformers@${TRANSFORMERS}';

  env.allowLocalModels = true;
  env.allowRemoteModels = false;
  env.localModelPath = './';
  const classify = await pipeline('image-classification', ${quoted(name)});

  // A canvas alone may skip pixels where it shrinks a picture: the browser's best filter comes first.
  async function read(file) {
    const { width, height } = await createImageBitmap(file);
    const shorter = Math.min(width, height);
    const [w, h] = [width, height].map((side) => Math.floor((${resizeSize} * side) / shorter));
    const bitmap = await createImageBitmap(file, { resizeWidth: w, resizeHeight: h, resizeQuality: 'high' });
    const context = new OffscreenCanvas(w, h).getContext('2d');
    context.fillStyle = 'white';
    context.fillRect(0, 0, w, h);
    context.drawImage(bitmap, 0, 0);
    return new RawImage(context.getImageData(0, 0, w, h).data, w, h, 4);
  }

  document.querySelector('input').addEventListener('change', async ({ target }) => {
    console.log(await classify(await read(target.files[0]), { top_k: 5 }));
  });
</script>
`;
}

export function pythonSnippet({ name, imageSize, resizeSize }: ExportedFolder): string {
  return `
import json

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

folder = ${JSON.stringify(name)}
model = onnxruntime.InferenceSession(f"{folder}/onnx/model.onnx")
with open(f"{folder}/config.json", encoding="utf-8") as file:
    classes = json.load(file)["id2label"]
with open(f"{folder}/preprocessor_config.json", encoding="utf-8") as file:
    config = json.load(file)
mean, std = np.float32(config["image_mean"]), np.float32(config["image_std"])


def pixel_values(path):
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    shorter = min(picture.size)
    picture = picture.resize([${resizeSize} * side // shorter for side in picture.size], Image.LANCZOS)
    left, top = [(side - ${imageSize}) // 2 for side in picture.size]
    picture = picture.crop((left, top, left + ${imageSize}, top + ${imageSize}))
    return ((np.float32(picture) / 255 - mean) / std).transpose(2, 0, 1)[None]


logits = model.run(["logits"], {"pixel_values": pixel_values("picture.jpg")})[0][0]
probabilities = np.exp(logits - logits.max())
probabilities /= probabilities.sum()
for i in np.argsort(-probabilities)[:5]:
    print(classes[str(i)], f"{probabilities[i]:.4f}")
`;
}

/** A string in JavaScript. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
