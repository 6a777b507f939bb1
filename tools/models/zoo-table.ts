/**
 * Writes the table of docs/model-zoo.md from the lines that `zoo.ts` and `tensor-zoo.ts` have printed: `node
 * build/tools/models/zoo-table.js FILE ...`. Of lines about the same file, the last counts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../../src/package.js';
import { replaceBlock } from '../docs/block.js';
import { markdownTable } from '../docs/markdown.js';

const results = new Map<string, Map<string, string>>();
for (const path of process.argv.slice(2))
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [, model, route, result] = /^(\S+)\.(dynamo|script|tensors)(?:\.onnx)? (.+)$/.exec(line) ?? [];
    if (model === undefined || route === undefined || result === undefined) continue;
    const routes = results.get(model) ?? new Map<string, string>();
    results.set(model, routes.set(route, result));
  }

const cell = (result: string | undefined): string => {
  if (result === undefined) return 'not made';
  if (result === 'ok') return 'yes';
  const [stage = '', code = '', ...message] = result.split(' ');
  const [operator] = /operator \S+/.exec(message.join(' ')) ?? [];
  const where = operator === undefined ? '' : ` (${operator})`;
  return stage === 'open' ? `refused: ${code}${where}` : `${stage}: ${code}${where}`;
};
const routes = ['tensors', 'dynamo', 'script'] as const;
const rows = [...results]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([model, tried]) => [model, ...routes.map((route) => cell(tried.get(route)))]);
const counts = routes.map((route) => {
  const tried = [...results.values()].flatMap((all) => all.get(route) ?? []);
  return `${tried.filter((result) => result === 'ok').length} of ${tried.length}`;
});
const [tensors, dynamo, script] = counts;
const summary = `By tensors ${tensors}, by the default exporter ${dynamo}, by the older one ${script} are opened and agree.`;
const table = markdownTable(['model', 'tensors', 'ONNX, default exporter', 'ONNX, older exporter'], rows);

const path = join(packageFolder(), 'docs/model-zoo.md');
writeFileSync(path, replaceBlock(readFileSync(path, 'utf8'), 'routes', `${summary}\n\n${table}`));
