import { basename } from 'node:path';
import { isUnbalanced } from '../../../data/imbalance.js';
import {
  accuracyWithInterval,
  chosenBy,
  ofSomeClasses,
  percent,
  withMirrorImages,
} from '../../../format-accuracy.js';
import { fileSizes } from '../../../models/config.js';
import type { LibraryModel, NoLibraryModel } from '../../../models/export/library/library-model.js';
import type { RunRecord, RunSummary, UnfinishedRun } from '../../folder/record.js';
import { trainedInWords } from '../../train/trained-groups.js';
import type { QuantizedReport } from '../quantized-report.js';
import type { RunModel } from '../run-model.js';
import { describeQuantized } from './describe-quantized.js';
import { librarySection } from './library-section.js';
import { codeBlock, verbatim } from './markdown.js';
import { browserSnippet, nodeSnippet, pythonSnippet, TRANSFORMERS } from './snippets.js';

/** How many classes a card lists; a longer list is in config.json. */
const LISTED = 200;

/** The README.md of an exported folder called `name`: what the classifier is, how good, how it was made, how to use it. */
export function modelCard(
  name: string,
  { record, summary, unfinished }: Pick<RunModel, 'record' | 'summary' | 'unfinished'>,
  library: LibraryModel | NoLibraryModel,
  quantized?: QuantizedReport,
): string {
  const sizes = fileSizes(record.model.preprocessing);
  const folder = { name, ...sizes };
  const parts = [
    frontMatter(record),
    `# Image classifier ${verbatim(name)}`,
    `Tells ${record.data.classes.length} classes of pictures apart. Fine-tuned from ${verbatim(record.model.name)} with adarand.`,
    '## Classes',
    classList(record.data.classes),
    '## Accuracy',
    accuracy(summary),
    ...(quantized === undefined ? [] : ['## In 8 bits', describeQuantized(quantized)]),
    '## Training',
    training(record, keptOf(summary, unfinished)),
    '## Licence',
    licence(record),
    '## Pictures',
    pictures(record, sizes),
    '## In Node.js',
    `With \`npm install @huggingface/transformers@${TRANSFORMERS}\`, in a program beside this folder. Turned photographs are turned
upright; transparency is ignored, and grey pictures with transparency are not read: lay such pictures over white first.`,
    codeBlock('js', nodeSnippet(folder)),
    '## In a browser',
    'Where this folder has an `index.html`, that is a page which classifies pictures: put the folder on a web site, or open the page to read how it is served.',
    'In a page of your own beside this folder, from a web server:',
    codeBlock('html', browserSnippet(folder)),
    '## In Python',
    'With `pip install onnxruntime pillow numpy`, beside this folder. Pillow cuts off 16-bit grey: divide such a picture by 257 first.',
    codeBlock('python', pythonSnippet(folder)),
    ...librarySection(name, record, library),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** What the hub reads. */
function frontMatter({ model: { licences, source } }: RunRecord): string {
  const [licence, ...others] = licences;
  return [
    '---',
    'library_name: transformers.js',
    'pipeline_tag: image-classification',
    ...(licence === undefined
      ? []
      : others.length === 0
        ? [`license: ${licence}`]
        : ['license:', ...licences.map((each) => `- ${each}`)]),
    ...(source === null ? [] : [`base_model: ${source.repo}`]),
    'tags:',
    '- onnx',
    '- adarand',
    '---',
  ].join('\n');
}

function licence({ model: { licences, name } }: RunRecord): string {
  return licences.length === 0
    ? 'The licence of the pretrained network is not known here.'
    : `The pretrained network ${verbatim(name)} has the licence ${licences.map(verbatim).join(', ')}, as its README.md says.`;
}

function classList(classes: readonly string[]): string {
  const listed = classes.slice(0, LISTED).map(verbatim).join(', ');
  return classes.length > LISTED ? `${listed} and ${classes.length - LISTED} more: see config.json.` : listed;
}

function accuracy(summary: RunSummary | undefined): string {
  if (summary === undefined) return 'Not measured: the training had not ended.';
  const { test_accuracy: test, test_interval: interval, test_images: images } = summary;
  if (test === null || interval === null)
    return `Not measured: ${images === 0 ? 'there were no test images' : 'the test images were left alone'}.`;
  const { imbalance, test_balanced_accuracy: balanced } = summary;
  const means =
    balanced === null || imbalance === null || !isUnbalanced(imbalance)
      ? ''
      : `\nThe mean over classes of the accuracy on each class's images is ${percent(balanced)}.`;
  return `${accuracyWithInterval(test, interval)} on ${images} test images${ofSomeClasses(summary.test_classes, summary.classes)}${withMirrorImages(summary)}, which were looked at once, after training. The interval is
Wilson's and covers the choice of test images, not of seeds.${means}`;
}

/** Which parameters these are. */
function keptOf(summary: RunSummary | undefined, unfinished: UnfinishedRun | undefined): string {
  if (summary !== undefined) {
    const { val_accuracy: val, best_epoch: best, epochs, steps } = summary;
    const those =
      best === 0
        ? `The parameters are those of the linear probe that training began with: none of ${epochs} epochs was better`
        : `The parameters are those of epoch ${best} of ${epochs} (${steps} steps)`;
    if (val === null) return `${those}.`;
    return `${those}, chosen by the ${chosenBy(summary) ?? `validation images${ofSomeClasses(summary.val_classes, summary.classes)}: ${percent(val)}`}.`;
  }
  if (unfinished === undefined) return '';
  const { epoch, epochs, step, best_epoch: best } = unfinished;
  const which =
    best === null ? 'its last ones' : `those of epoch ${best}, the best so far by the validation images`;
  return `The training had not ended: ${epoch} of ${epochs} epochs (${step} steps) were done, and the parameters are ${which}.`;
}

function training(record: RunRecord, kept: string): string {
  const { options, settings, data, model, source, groups, machine } = record;
  const { adarand } = machine.versions;
  const trained = groups && trainedInWords(groups);
  const factors = [
    { what: 'factor of the backbone', value: options.backboneLrScale },
    { what: 'factor of the head', value: options.headLrScale },
    { what: 'layer decay', value: options.layerDecay },
  ].flatMap(({ what, value }) => (value === 1 ? [] : [`${what} ${value}`]));
  const means = [
    { what: 'label smoothing', value: options.labelSmoothing },
    { what: 'mixup', value: options.mixup },
    { what: 'CutMix', value: options.cutmix },
    { what: 'random erasing', value: options.randomErasing },
  ].flatMap(({ what, value }) => (value === 0 ? [] : [`${what} ${value}`]));
  if (options.balance === 'sampling') means.push('every class equally often in an epoch');
  if (options.balance === 'loss') means.push('classes weighted in the loss by inverse frequency');
  const rows: readonly (readonly [string, string])[] = [
    [
      'images',
      `${verbatim(data.name)}: ${data.train} for training, ${data.val} for validation, ${data.test} for the test`,
    ],
    ...(source === null ? [] : ([['source images', `${verbatim(source.name)}: ${source.images}`]] as const)),
    ['pretrained network', `${verbatim(model.name)}, ${model.parameters} parameters`],
    ...(trained === undefined ? [] : ([['trained', verbatim(trained)]] as const)),
    ['method', verbatim(methodName(options.method))],
    ['weight of its penalty', `lambda ${settings.lambda}, effective ${rounded(settings.effectiveLambda)}`],
    ['learning rate', [settings.learningRate, options.optimizer, options.schedule, ...factors].join(', ')],
    ['batch', `${settings.batchSize} images, augmentation ${settings.augment}`],
    ...(means.length === 0 ? [] : ([['besides', means.join(', ')]] as const)),
    ['seed', `${options.seed}`],
    ...(adarand === undefined ? [] : ([['version of adarand', adarand]] as const)),
  ];
  return [
    '| what | value |\n| --- | --- |',
    ...rows.map(([what, value]) => `| ${what} | ${value.replaceAll('|', '\\|')} |`),
    '',
    kept,
  ].join('\n');
}

/** A method in a file is named by it, without the folders on the machine that trained. */
function methodName(method: string): string {
  return method
    .split('+')
    .map((part) => basename(part))
    .join('+');
}

function pictures(
  { model, data }: RunRecord,
  { imageSize, resizeSize }: ReturnType<typeof fileSizes>,
): string {
  const { mean, std, imageSize: own } = model.preprocessing;
  const size = `${imageSize} x ${imageSize}`;
  const steps = [
    'turn it upright as its EXIF data say, lay it over white where it is transparent, make it RGB with 8 bits a channel;',
    `resize its shorter side to ${resizeSize} pixels and the other in proportion, by a filter that averages where it shrinks (Lanczos);`,
    `take the central ${size} pixels;`,
    `divide by 255, subtract ${mean.map(rounded).join(', ')} and divide by ${std.map(rounded).join(', ')} (red, green, blue).`,
  ];
  const halved =
    imageSize === own
      ? ''
      : `\n\nThe graph halves these images itself, and the network sees ${own} x ${own} pixels: so it matters little how a program shrinks photographs.`;
  return `The input \`pixel_values\` [batch,3,${imageSize},${imageSize}] is made of a picture in four steps:

${steps.map((step, i) => `${i + 1}. ${step}`).join('\n')}

The outputs are \`logits\` [batch,${data.classes.length}] and \`features\` [batch,${model.featureSize}].${halved}`;
}

function rounded(number: number): number {
  return Number(number.toPrecision(4));
}
