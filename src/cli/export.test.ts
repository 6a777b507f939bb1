import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { classNames, temporaryFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';
import { packageFolder } from '../package.js';
import { Random } from '../random.js';
import { parseStored, recordSchema, summarySchema } from '../run/folder/record.js';
import { modelCard } from '../run/use/card/model-card.js';

const folder = await temporaryFolder();
after(folder.remove);

let printed = '';
let card = '';
let predicted: ReadonlyMap<string, number> = new Map();

/** A run on a network of 72 pixels, its export, and what it says about a noisy photograph that lies on its side. */
before(async () => {
  const inside = (name: string) => join(folder.path, name);
  symlinkSync(join(packageFolder(), 'node_modules'), inside('node_modules'));
  await writeImages(inside('colours'), 12, 80);
  await writeModel(inside('tiny.onnx'), 72);
  await writePhotograph(inside('picture.jpg'));
  const run = async (...args: string[]) => {
    const ended = await adarand(folder.path, ...args);
    assert.equal(ended.code, 0, ended.stderr);
    return ended.stdout;
  };
  const training = ['--head', 'random', '--epochs', '3', '--batch-size', '8'];
  await run('train', 'colours', '--model', 'tiny.onnx', '--no-tensorboard', ...training, '--out', 'run');
  printed = await run('export', 'run', '--to', "sh'ipped");
  card = await readFile(inside("sh'ipped/README.md"), 'utf8');
  const lines = (await run('predict', 'run', 'picture.jpg', '--json', '--top', '9')).split('\n');
  const answer = JSON.parse(lines.find((line) => line.includes('"prediction"')) ?? '');
  predicted = new Map(answer.classes.map(({ name, probability }: Answer) => [name, probability]));
});

interface Answer {
  readonly name: string;
  readonly probability: number;
}

async function writePhotograph(path: string): Promise<void> {
  const [width, height] = [1300, 900];
  const random = new Random(1, 'test');
  const pixels = new Uint8ClampedArray(width * height * 3);
  for (let i = 0; i < pixels.length; i++)
    pixels[i] = 90 + 40 * Math.sin(i / 5000) + (i % 3 === 1 ? 25 : 0) + 50 * random.normal();
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 92 })
    .toFile(path);
}

test('the export says of itself what its file takes', async () => {
  const { stdout } = await adarand(folder.path, 'inspect', "sh'ipped");
  assert.match(stdout, /^input +pixel_values \[any, 3, 144, 144\], halved first$/m);
  assert.match(stdout, /^image size +72 x 72$/m);
  assert.doesNotMatch(stdout, /~|torch/);
});

/** The card's block of code in a language. */
function block(language: string): string {
  const [, code] = card.match(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm')) ?? [];
  assert.ok(code !== undefined, `no ${language} in the card`);
  return code;
}

async function runCode(program: string, file: string, code: string): Promise<string> {
  await writeFile(join(folder.path, file), code);
  const { status, stdout, stderr } = spawnSync(program, [file], { cwd: folder.path, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

function assertPredicted(found: readonly (readonly [string, number])[]): void {
  assert.deepEqual(new Set(found.map(([name]) => name)), new Set(classNames));
  for (const [name, probability] of found) {
    const expected = predicted.get(name);
    assert.ok(
      expected !== undefined && Math.abs(probability - expected) < 0.02,
      `${name}: ${probability}, not ${expected}`,
    );
  }
}

/** What console.log makes of transformers.js's answers. */
function logged(stdout: string): [string, number][] {
  return Array.from(stdout.matchAll(/label: '([^']+)', score: ([\d.e-]+)/g), ([, name = '', score]) => [
    name,
    Number(score),
  ]);
}

test('the photograph is no easy one', () => {
  assert.ok(Math.max(...predicted.values()) < 0.97, JSON.stringify([...predicted]));
});

test('what export prints can be typed', async () => {
  const [expression] = printed.match(/pipeline\(.*\)/) ?? [];
  assert.ok(expression !== undefined, printed);
  const code = `import { pipeline } from '@huggingface/transformers';
    console.log(await (await ${expression})('picture.jpg'));`;
  assertPredicted(logged(await runCode(process.execPath, 'printed.mjs', code)));
});

test("the card's program for Node.js gives predict's answers", async () => {
  assertPredicted(logged(await runCode(process.execPath, 'card.mjs', block('js'))));
});

/** What a browser has, as far as the page needs it: pictures are turned, and resized well. */
const browser = `
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
globalThis.createImageBitmap = async (file, { resizeWidth, resizeHeight } = {}) => {
  const upright = await sharp(await file.arrayBuffer()).autoOrient().toBuffer();
  const size = resizeWidth === undefined ? {} : { width: resizeWidth, height: resizeHeight };
  const picture = sharp(upright).resize({ ...size, fit: 'fill', kernel: 'lanczos3', fastShrinkOnLoad: false });
  const { data, info } = await picture.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
};
globalThis.OffscreenCanvas = class {
  getContext() {
    let drawn;
    return { fillRect() {}, drawImage(bitmap) { drawn = bitmap; }, getImageData: () => ({ data: new Uint8ClampedArray(drawn.data) }) };
  }
};
globalThis.document = {
  querySelector: () => ({
    addEventListener: (_, listener) => listener({ target: { files: [new Blob([readFileSync('picture.jpg')])] } }),
  }),
};
`;

test("the card's page for a browser gives predict's answers, in what stands for one", async () => {
  const [, script] = block('html').match(/<script type="module">([\s\S]*)<\/script>/) ?? [];
  assert.ok(script !== undefined);
  const { devDependencies } = JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8'));
  const major = /\d+/.exec(devDependencies['@huggingface/transformers']);
  const url = `https://cdn.jsdelivr.net/npm/@huggingface/transformers@${major}`;
  assert.ok(script.includes(`'${url}'`), script);
  const code = browser + script.replace(url, '@huggingface/transformers');
  assertPredicted(logged(await runCode(process.execPath, 'page.mjs', code)));
});

const python = process.env.ADARAND_PYTHON;
const skip = python === undefined && 'ADARAND_PYTHON names no Python with onnxruntime, pillow and numpy';

test("the card's program for Python gives predict's answers", { skip }, async () => {
  assert.ok(python !== undefined);
  const stdout = await runCode(python, 'card.py', block('python'));
  assertPredicted(
    stdout
      .trim()
      .split('\n')
      .map((line) => {
        const [name = '', probability] = line.split(' ');
        return [name, Number(probability)];
      }),
  );
});

test('the card says what the classifier is, and how it was made', async () => {
  const summary = JSON.parse(await readFile(join(folder.path, 'run', 'summary.json'), 'utf8'));
  assert.match(
    card,
    /^---\nlibrary_name: transformers\.js\npipeline_tag: image-classification\ntags:\n(- \w+\n)+---\n/,
  );
  const percent = `${(100 * summary.test_accuracy).toFixed(1)} %`;
  for (const text of [
    "# Image classifier `sh'ipped`",
    '`blue`, `green`, `red`',
    `${percent} (95 %: `,
    `on ${summary.test_images} test images`,
    `\`colours\`: ${summary.train_images} for training, ${summary.val_images} for validation`,
    '| method | `adarand` |',
    'pixel_values` [batch,3,144,144]',
    `shorter side to ${2 * 82} pixels`,
    'network sees 72 x 72 pixels',
    'The licence of the pretrained network is not known here.',
    'There is no `model.safetensors`: the pretrained network was an ONNX file,',
  ])
    assert.ok(card.includes(text), `${text} in\n${card}`);
  assert.ok(!card.includes(folder.path), 'no paths of the machine that trained');
});

test('a card says what was not measured, and lists no thousand classes', async () => {
  const stored = (name: string) => readFile(join(folder.path, 'run', name), 'utf8');
  const record = parseStored(recordSchema, await stored('run.json'), 'run.json');
  const summary = parseStored(summarySchema, await stored('summary.json'), 'summary.json');
  const classes = Array.from({ length: 1000 }, (_, i) => `class \`${i}\``);
  const source = { hub: 'https://hub', repo: 'org/net', revision: 'main', commit: 'a'.repeat(40), files: [] };
  const changed = {
    ...record,
    model: { ...record.model, source, licences: ['mit', 'other'] },
    data: { ...record.data, classes, name: 'a|b' },
    options: { ...record.options, method: '/home/me/mine.js+bss' },
  };
  const unmeasured = {
    ...summary,
    test_accuracy: null,
    test_interval: null,
    test_images: 0,
    val_accuracy: null,
  };
  const none = { why: 'it was an ONNX file' };
  const text = modelCard('many', { record: changed, summary: unmeasured, unfinished: undefined }, none);
  assert.match(text, /^license:\n- mit\n- other\nbase_model: org\/net\ntags:$/m);
  assert.match(text, /has the licence `mit`, `other`,/);
  assert.match(text, /^Not measured: there were no test images\.$/m);
  assert.match(text, /`` class `199` `` and 800 more: see config\.json\.$/m);
  assert.match(text, /^\| images \| `a\\\|b`: /m);
  assert.match(text, /^\| method \| `mine\.js\+bss` \|$/m);
  assert.match(text, /epoch \d of 3 \(\d+ steps\)\.$/m);
  const unfinished = { epoch: 2, epochs: 3, step: 15, best_epoch: 1 };
  const stopped = modelCard('half', { record, summary: undefined, unfinished }, none);
  assert.match(stopped, /^Not measured: the training had not ended\.$/m);
  assert.match(
    stopped,
    /^The training had not ended: 2 of 3 epochs \(15 steps\) were done, .* those of epoch 1,/m,
  );
});
