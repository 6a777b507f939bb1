/**
 * Writes docs/onnx-models.md from the lines that `zoo.ts` has printed: `node build/tools/models/zoo-table.js FILE ...`. Of
 * lines about the same file, the last counts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../../src/package.js';
import { markdownTable } from '../docs/markdown.js';

const results = new Map<string, Map<string, string>>();
for (const path of process.argv.slice(2))
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [, model, route, result] = /^(\S+)\.(dynamo|script)\.onnx (.+)$/.exec(line) ?? [];
    if (model === undefined || route === undefined || result === undefined) continue;
    const routes = results.get(model) ?? new Map<string, string>();
    results.set(model, routes.set(route, result));
  }

const cell = (result: string | undefined): string => {
  if (result === undefined) return 'not exported';
  if (result === 'ok') return 'yes';
  const [stage, code, ...message] = result.split(' ');
  const [operator] = /operator \S+/.exec(message.join(' ')) ?? [];
  return `${stage}: ${code}${operator === undefined ? '' : ` (${operator})`}`;
};
const rows = [...results]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([model, routes]) => [model, cell(routes.get('dynamo')), cell(routes.get('script'))]);
const all = [...results.values()].flatMap((routes) => [...routes.values()]);
const good = all.filter((result) => result === 'ok').length;

const introduction = `# Which ONNX models open

Written by \`node build/tools/models/zoo-table.js\`; do not edit.

Classifiers of torchvision (\`tv\`), timm and transformers (\`hf\`), narrow, with random weights, exported by
\`oracle/onnx-zoo.py\` with PyTorch's default exporter and with its older one (\`dynamo=False\`), for one image and without
other options. \`tools/models/zoo.ts\` opened each, compared it with its file, compiled a training step in which every
tensor gets a gradient, exported it for any number of images, and compared again: ${good} of ${all.length} files pass.
"Not exported" is what the exporter refused.`;

writeFileSync(
  join(packageFolder(), 'docs/onnx-models.md'),
  `${introduction}\n\n${markdownTable(['model', 'default exporter', 'older exporter'], rows)}\n`,
);
