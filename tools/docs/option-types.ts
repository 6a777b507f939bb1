import type { z } from 'zod';
import { wrapped } from '../../src/cli/format.js';
import { reportOptionsSchema } from '../../src/experiments/report/operation.js';
import { evaluateOptionsSchema } from '../../src/run/operations/evaluate.js';
import { exportOptionsSchema } from '../../src/run/operations/export-run.js';
import { inspectOptionsSchema } from '../../src/run/operations/inspect.js';
import { lookOptionsSchema } from '../../src/run/operations/look.js';
import { measureFeaturesOptionsSchema } from '../../src/run/operations/measure-features.js';
import { predictOptionsSchema } from '../../src/run/operations/predict.js';
import { resumeOptionsSchema } from '../../src/run/operations/resume.js';
import {
  defaultText,
  describeOptions,
  type OptionDescription,
  type OptionType,
} from '../../src/run/options/describe-options.js';
import { trainOptionsSchema } from '../../src/run/options/train-options.js';
import { decidedOptions, ownTuneOptionsSchema } from '../../src/run/options/tune-options.js';

const introduction = `/** Written by \`npm run docs\` from the schemas of the options; do not edit. */`;

/** src/run/options/options.gen.ts: the options of the library's functions, with documentation that editors show. */
export function optionTypes(): string {
  const parts = [
    introduction,
    interfaceOf('TrainOptions', 'Options of `train`. `data` and `model` are enough.', trainOptionsSchema),
    interfaceOf('ResumeOptions', 'Options of `resume`.', resumeOptionsSchema),
    interfaceOf(
      'TuneOptions',
      'Options of `tune`. `data` and `model` are enough; those of `train` hold for all trials, and what they give is not searched.',
      ownTuneOptionsSchema,
      `Omit<TrainOptions, ${decidedOptions.map((key) => `'${key}'`).join(' | ')}>`,
    ),
    interfaceOf('LookOptions', 'Options of `look`.', lookOptionsSchema),
    interfaceOf('ReportOptions', 'Options of `report`.', reportOptionsSchema),
    interfaceOf('EvaluateOptions', 'Options of `evaluate`.', evaluateOptionsSchema),
    interfaceOf('PredictOptions', 'Options of `predict`.', predictOptionsSchema),
    interfaceOf('ExportOptions', 'Options of `exportRun`.', exportOptionsSchema),
    interfaceOf('MeasureFeaturesOptions', 'Options of `measureFeatures`.', measureFeaturesOptionsSchema),
    interfaceOf('InspectOptions', 'Options of `inspect`.', inspectOptionsSchema),
  ];
  return `${parts.join('\n\n')}\n`;
}

function interfaceOf(name: string, description: string, schema: z.ZodObject, base?: string): string {
  const properties = describeOptions(schema).map(property);
  return `/** ${description} */\n${head(name, base)} {\n${properties.join('\n')}\n}`;
}

/** On two lines, or six, where one were longer than the formatter leaves it. */
function head(name: string, base: string | undefined): string {
  const start = `export interface ${name}`;
  if (base === undefined) return start;
  const line = `${start} extends ${base}`;
  const longest = 110 - ' {'.length;
  if (line.length <= longest) return line;
  const second = `  extends ${base}`;
  if (second.length <= longest) return `${start}\n${second}`;
  return `${start}\n${second.replace(/<(\w+), (.*)>$/, '<\n    $1,\n    $2\n  >')}`;
}

function property(option: OptionDescription): string {
  const { key, required } = option;
  const parts = [...unionOf(option.type), ...(required ? [] : ['undefined'])];
  return [comment(option), declaration(`  ${key}${required ? '' : '?'}:`, parts)].join('\n');
}

function comment(option: OptionDescription): string {
  const fallback = defaultText(option);
  const sentences = fallback === undefined ? [] : ['', ...lines(`Default: ${fallback}.`)];
  const text = [...lines(option.description), ...sentences];
  if (text.length === 1) return `  /** ${text.join('')} */`;
  return ['  /**', ...text.map((line) => `   * ${line}`.trimEnd()), '   */'].join('\n');
}

const lines = (text: string) => wrapped(text.split(' '), 100);

function unionOf(type: OptionType): readonly string[] {
  switch (type.kind) {
    case 'choice':
      return type.choices.map((choice) => `'${choice}'`);
    case 'number':
      return ['number'];
    case 'numbers':
      return ['Float32Array', 'Int32Array', 'number[]'];
    case 'text':
      return ['string'];
    case 'texts':
      return ['string[]'];
    case 'images':
      return ['(string | Uint8Array | { name: string; bytes: Uint8Array })[]'];
    case 'switch':
      return ['boolean'];
    case 'record':
      return ['Record<string, unknown>'];
  }
}

/** In one line where the formatter leaves it in one. */
function declaration(start: string, parts: readonly string[]): string {
  const line = `${start} ${parts.join(' | ')};`;
  return line.length <= 110 ? line : `${start}\n${parts.map((part) => `    | ${part}`).join('\n')};`;
}
