import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { median } from '../src/analysis/statistics.js';
import { at } from '../src/errors.js';

/*
 * predict-worker.js CONTESTANT FOLDER IMAGE: classifies an image with an exported folder. Prints a line of JSON:
 * milliseconds, and the likeliest class.
 */

const FOLLOWING = 20;
const TOGETHER = 32;
const TIMES = 3;

/** The library as it is published. */
const bundled = new URL('../bundle/index.js', import.meta.url).href;

interface Answer {
  readonly name: string;
  readonly probability: number;
}

interface Contestant {
  one(image: string): Promise<Answer>;
  /** All of them as fast as its interface allows. */
  many(images: readonly string[]): Promise<readonly Answer[]>;
  close(): Promise<unknown>;
}

/** How one opens the folder, with the libraries loaded. */
type Opener = (folder: string) => Promise<Contestant>;

const contestants: Readonly<Record<string, () => Promise<Opener>>> = {
  async adarand() {
    const library: typeof import('../src/index.js') = await import(bundled);
    return async (folder) => {
      const classifier = await library.load(folder);
      return {
        one: async (image) => at(await classifier.predict(image, { top: 1 }), 0),
        many: async (images) =>
          (await classifier.predict(images, { top: 1 })).map((classes) => at(classes, 0)),
        close: () => classifier.close(),
      };
    };
  },
  async 'transformers.js'() {
    const { env, pipeline } = await import('@huggingface/transformers');
    env.allowRemoteModels = false;
    env.useFSCache = false;
    env.localModelPath = '';
    return async (folder) => {
      const classify = await pipeline('image-classification', folder, { dtype: 'fp32', device: 'cpu' });
      const answers = async (images: string[]) =>
        (await classify(images, { top_k: 1 }))
          .flat()
          .map(({ label, score }) => ({ name: label, probability: score }));
      return {
        one: async (image) => at(await answers([image]), 0),
        many: (images) => answers([...images]),
        close: () => classify.dispose(),
      };
    };
  },
  async 'onnxruntime-node and sharp'() {
    const { InferenceSession, Tensor } = await import('onnxruntime-node');
    return async (folder) => {
      const json = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8'));
      const [{ id2label }, processor, session] = await Promise.all([
        json('config.json'),
        json('preprocessor_config.json'),
        InferenceSession.create(join(folder, 'onnx/model.onnx'), { logSeverityLevel: 3 }),
      ]);
      const { size, crop_size: crop, image_mean: mean, image_std: std } = processor;
      const resized = Number(size.shortest_edge ?? size.height);
      const edge = Number(crop?.height ?? resized);
      const margin = Math.round((resized - edge) / 2);
      const pixelsOf = async (image: string) =>
        sharp(image)
          .rotate()
          .resize(resized, resized, { fit: 'cover' })
          .extract({ left: margin, top: margin, width: edge, height: edge })
          .removeAlpha()
          .toColourspace('srgb')
          .raw()
          .toBuffer();
      const many = async (images: readonly string[]) => {
        const values = new Float32Array(images.length * 3 * edge * edge);
        for (const [n, pixels] of (await Promise.all(images.map(pixelsOf))).entries())
          for (let i = 0; i < edge * edge; i++)
            for (let c = 0; c < 3; c++)
              values[(n * 3 + c) * edge * edge + i] = ((pixels[3 * i + c] ?? 0) / 255 - mean[c]) / std[c];
        const { logits } = await session.run({
          pixel_values: new Tensor('float32', values, [images.length, 3, edge, edge]),
        });
        if (!(logits?.data instanceof Float32Array)) throw new Error('no logits');
        const classes = logits.data.length / images.length;
        return Array.from(images, (_, n) =>
          likeliest(logits.data.slice(n * classes, (n + 1) * classes), id2label),
        );
      };
      return { one: async (image) => at(await many([image]), 0), many, close: () => session.release() };
    };
  },
};

function likeliest(logits: ArrayLike<unknown>, names: Readonly<Record<string, string>>): Answer {
  const values = Array.from(logits, Number);
  const best = values.indexOf(Math.max(...values));
  const total = values.reduce((sum, value) => sum + Math.exp(value - at(values, best)), 0);
  return { name: names[best] ?? '', probability: 1 / total };
}

const [name = '', folder = '', image = ''] = process.argv.slice(2);
const contestant = contestants[name] ?? (() => Promise.reject(new Error(`there is no ${name}`)));
const open = await contestant();
const loaded = performance.now();
const opened = await open(folder);
const answer = await opened.one(image);
const first = performance.now();

const timed = async (work: () => Promise<unknown>) => {
  const before = performance.now();
  await work();
  return performance.now() - before;
};
const following: number[] = [];
for (let i = 0; i < FOLLOWING; i++) following.push(await timed(() => opened.one(image)));
const images = Array.from({ length: TOGETHER }, () => image);
// Whatever is prepared for so many is prepared once.
await opened.many(images);
const together: number[] = [];
for (let i = 0; i < TIMES; i++) together.push((await timed(() => opened.many(images))) / TOGETHER);
await opened.close();
console.log(
  JSON.stringify({
    ...answer,
    fromStart: first,
    fromCall: first - loaded,
    following: median(following),
    together: median(together),
  }),
);
