import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imagenetPreprocessing } from '../nn/backbone.js';
import { parseConfig, parsePreprocessorConfig, preprocessorConfigOf } from './config.js';
import { halvedPreprocessing } from './resized-to.js';

const parse = (value: unknown) => parsePreprocessorConfig(JSON.stringify(value), 'preprocessor_config.json');

test('our own preprocessing survives its file', () => {
  const preprocessing = imagenetPreprocessing(96);
  // Above 64 pixels, the file is for a graph that halves its images.
  const again = halvedPreprocessing(parse(preprocessorConfigOf(preprocessing)), 'model.onnx');
  assert.equal(again.imageSize, 96);
  assert.equal(again.resizeSize, preprocessing.resizeSize);
  for (const i of [0, 1, 2] as const) {
    assert.ok(Math.abs(again.mean[i] - preprocessing.mean[i]) < 1e-12);
    assert.ok(Math.abs(again.std[i] - preprocessing.std[i]) < 1e-12);
  }
});

test('the forms of transformers mean what they say', () => {
  const vit = parse({
    size: { height: 224, width: 224 },
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
  });
  assert.deepEqual([vit.imageSize, vit.resizeSize], [224, 224]);
  const old = parse({ size: 224 });
  assert.deepEqual([old.imageSize, old.resizeSize], [224, 224]);
  const cropped = parse({ size: { shortest_edge: 256 }, crop_size: { height: 224, width: 224 } });
  assert.deepEqual([cropped.imageSize, cropped.resizeSize], [224, 256]);
  const uncropped = parse({ size: { shortest_edge: 256 }, crop_size: 224, do_center_crop: false });
  assert.deepEqual([uncropped.imageSize, uncropped.resizeSize], [256, 256]);
});

test('SigLIP 2 of any number of patches takes squares of as many as fit', () => {
  const processor = { image_processor_type: 'Siglip2ImageProcessor', patch_size: 16 };
  for (const [max_num_patches, side] of [
    [256, 256],
    [300, 272],
  ]) {
    const { imageSize, resizeSize } = parse({ ...processor, max_num_patches });
    assert.deepEqual([imageSize, resizeSize], [side, side]);
  }
  const notes = (model_type: string) => parseConfig(JSON.stringify({ model_type }), 'config.json').notes;
  assert.deepEqual(notes('siglip'), undefined);
  assert.match(String(notes('siglip2')), /kept their proportions .* cut to a square/);
  assert.throws(() => parse(processor), /preprocessor_config[.]json/);
});

test('other scales of pixels are expressed in ours', () => {
  // Pixels to [-1, 1) by p / 127.5, then minus 1: (p / 255 - 0.5) / 0.5.
  const twice = parse({ size: 8, rescale_factor: 1 / 127.5, image_mean: [1, 1, 1], image_std: [1, 1, 1] });
  assert.deepEqual([...twice.mean, ...twice.std], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
  const raw = parse({
    size: 8,
    do_rescale: false,
    image_mean: [127.5, 127.5, 127.5],
    image_std: [255, 255, 255],
  });
  assert.deepEqual([...raw.mean, ...raw.std], [0.5, 0.5, 0.5, 1, 1, 1]);
  const plain = parse({ size: 8, do_normalize: false });
  assert.deepEqual([...plain.mean, ...plain.std], [0, 0, 0, 1, 1, 1]);
});

test('crop_pct enlarges the resizing as the processors of transformers do that know it', () => {
  const sides = (value: object) => {
    const { imageSize, resizeSize } = parse(value);
    return [imageSize, resizeSize];
  };
  // Compared with transformers 5, whose pixels are those of a resizing to the second side and a crop to the first.
  const convnext = { image_processor_type: 'ConvNextImageProcessor' };
  assert.deepEqual(sides({ ...convnext, size: { shortest_edge: 224 }, crop_pct: 0.875 }), [224, 256]);
  assert.deepEqual(sides({ ...convnext, size: { shortest_edge: 224 }, crop_pct: 0.95 }), [224, 235]);
  assert.deepEqual(sides({ ...convnext, size: { shortest_edge: 224 } }), [224, 256]);
  assert.deepEqual(sides({ ...convnext, size: { shortest_edge: 384 }, crop_pct: 0.875 }), [384, 384]);
  const old = { feature_extractor_type: 'ConvNextFeatureExtractor', size: 224, crop_pct: 0.875 };
  assert.deepEqual(sides(old), [224, 256]);
  const poolformer = { image_processor_type: 'PoolFormerImageProcessor', crop_pct: 0.9 };
  assert.deepEqual(sides({ ...poolformer, size: { shortest_edge: 224 }, crop_size: 224 }), [224, 248]);
  assert.deepEqual(sides({ size: 224, crop_pct: 1 }), [224, 224]);
});

test('an offset and a second division by the standard deviation are part of the statistics', () => {
  const efficientnet = {
    image_processor_type: 'EfficientNetImageProcessor',
    size: { height: 8, width: 8 },
    rescale_factor: 1 / 127.5,
    image_mean: [0, 0, 0],
    image_std: [0.5, 0.25, 1],
  };
  const statistics = (value: object) => {
    const { mean, std } = parse({ ...efficientnet, ...value });
    return [...mean, ...std];
  };
  // (p / 127.5 - 1) / std is (p / 255 - 0.5) / (std / 2).
  assert.deepEqual(
    statistics({ rescale_offset: true, include_top: false }),
    [0.5, 0.5, 0.5, 0.25, 0.125, 0.5],
  );
  assert.deepEqual(statistics({ rescale_offset: false, include_top: true }), [0, 0, 0, 0.125, 0.03125, 0.5]);
  assert.deepEqual(statistics({}), statistics({ include_top: true }), 'as transformers takes it');
  assert.deepEqual(
    statistics({ do_normalize: false, rescale_offset: true }),
    [0.5, 0.5, 0.5, 0.25, 0.125, 0.5],
  );
});

test('what cannot be done to images here is refused, and what does nothing is not', () => {
  const refused = (value: object, message: RegExp) =>
    assert.throws(() => parse({ size: 8, ...value }), { code: 'model.config', message });
  refused({ do_flip_channel_order: true }, /blue, green, red [(]do_flip_channel_order true[)]/);
  refused({ do_resize: false }, /at the size that they have [(]do_resize false[)]/);
  refused({ crop_pct: 0.9 }, /crop_pct of 0[.]9/);
  refused({ crop_pct: 0 }, /crop_pct/);
  const nothing = {
    do_resize: true,
    do_flip_channel_order: false,
    rescale_offset: false,
    include_top: false,
  };
  const unsaid = Object.fromEntries([...Object.keys(nothing), 'crop_pct'].map((field) => [field, null]));
  for (const fields of [nothing, unsaid]) assert.deepEqual(parse({ size: 8, ...fields }), parse({ size: 8 }));
});

test('classes come in the order of their numbers, and the true architecture first', () => {
  const labels = Object.fromEntries(
    Array.from({ length: 11 }, (_, i) => [String(10 - i), `label ${10 - i}`]),
  );
  const config = parseConfig(
    JSON.stringify({ model_type: 'resnet', id2label: labels, adarand: { architecture: 'cifar_resnet' } }),
    'config.json',
  );
  assert.equal(config.modelType, 'cifar_resnet');
  assert.deepEqual(
    config.classes,
    Array.from({ length: 11 }, (_, i) => `label ${i}`),
  );
  assert.equal(parseConfig('{"model_type":"vit"}', 'config.json').classes, undefined);
});

for (const [name, value] of Object.entries({
  'no size': {},
  'a size of 0': { size: 0 },
  'two means': { size: 8, image_mean: [0, 0] },
  'not an object': [],
}))
  test(`${name} is refused`, () => {
    assert.throws(() => parse(value), { name: 'AdarandError', code: 'model.config' });
  });

const timm = (changes: object) =>
  JSON.stringify({
    architecture: 'resnet18',
    num_classes: 2,
    pretrained_cfg: {
      input_size: [3, 224, 224],
      crop_pct: 0.95,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
      ...changes,
    },
    label_names: ['cat', 'dog'],
  });

test('the form of timm names the classes and prepares images as timm does', () => {
  assert.deepEqual(parseConfig(timm({}), 'config.json'), {
    modelType: 'resnet',
    classes: ['cat', 'dog'],
    architecture: { library: 'timm', architecture: 'resnet18', args: {} },
    preprocessing: {
      imageSize: 224,
      resizeSize: 235,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    },
  });
});

test('names that transformers writes as null are none', () => {
  const { classes } = parseConfig('{"model_type": "vit", "id2label": null, "label2id": null}', 'config.json');
  assert.equal(classes, undefined);
});

test('what it does not say, or what cannot be done, is named', () => {
  for (const [changes, message] of [
    [{ input_size: [3, 224, 192] }, /images of 224x192/],
    [{ crop_pct: 0 }, /pretrained_cfg\.crop_pct/],
    [{ std: [0, 0, 0] }, /no usual scale/],
  ] as const)
    assert.throws(() => parseConfig(timm(changes), 'config.json'), { code: 'model.config', message });
  assert.throws(() => parseConfig('{}', 'config.json'), { code: 'model.config', message: /model_type/ });
});
