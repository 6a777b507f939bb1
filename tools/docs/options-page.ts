import { z } from 'zod';
import { trainOptionsSchema } from '../../src/run/options/train-options.js';
import { code, markdownTable } from './markdown.js';

const introduction = `# Options of a run

Written by \`npm run docs\` from \`src/run/config.ts\`; do not edit.

As \`train\` of the library takes them. The command line has them as flags (\`batchSize\` is \`--batch-size\`), with \`--lr\`
for \`learningRate\` and \`--option name=value\` for \`methodOptions\`. Where there is no default, the meaning ends with
what is chosen. \`run.json\` records all of them.`;

const propertySchema = z.object({ default: z.unknown().optional(), description: z.string().optional() });
const propertiesSchema = z.object({ properties: z.record(z.string(), propertySchema) });

/** docs/options.md: every option of a run with its default. */
export function optionsPage(): string {
  const { properties } = propertiesSchema.parse(
    z.toJSONSchema(trainOptionsSchema, { io: 'input', unrepresentable: 'any' }),
  );
  const rows = Object.entries(properties).map(([name, { default: value, description = '' }]) => [
    code(name),
    value === undefined ? '' : code(JSON.stringify(value)),
    description,
  ]);
  return `${introduction}\n\n${markdownTable(['option', 'default', 'meaning'], rows)}\n`;
}
