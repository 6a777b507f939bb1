/**
 * Compares the backbones of published sizes with PyTorch's, of a folder that `oracle/backbones.py full DIR` has written:
 *
 *     node build/tools/models/backbones.js DIR [PART OF A NAME ...]
 *
 * Each figure is relative to what is allowed (`test/helpers/backbone-reference.ts`): up to 1 is fine.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../src/errors.js';
import { formatTable } from '../../src/figures/table.js';
import { statIfThere } from '../../src/files/if-there.js';
import { openModel } from '../../src/models/open.js';
import { backboneReferenceSchema, distancesFrom } from '../../test/helpers/backbone-reference.js';

const [folder = '', ...wanted] = process.argv.slice(2);
const names = (await readdir(folder)).filter(
  (name) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
);
const rows: string[][] = [];
for (const name of names.sort()) {
  const path = join(folder, name);
  const started = performance.now();
  try {
    const reference = backboneReferenceSchema.parse(
      JSON.parse(await readFile(join(path, 'reference.json'), 'utf8')),
    );
    const hasConfig = (await statIfThere(join(path, 'config.json'))) !== undefined;
    const network = await openModel(hasConfig ? path : join(path, 'model.safetensors'));
    const { features, logits, gradient, worst, running } = await distancesFrom(reference, network);
    const fine = [features, logits ?? 0, gradient, running].every((figure) => figure <= 1);
    const figures = [features, logits, gradient, running].map((figure) => figure?.toFixed(3) ?? '-');
    rows.push([name, ...figures, fine ? 'yes' : `no: ${worst}`]);
  } catch (error) {
    rows.push([name, '', '', '', '', messageOf(error)]);
  }
  process.stderr.write(
    `${name}: ${((performance.now() - started) / 1000).toFixed(0)} s, ${rows.at(-1)?.join('  ')}\n`,
  );
}
const titles = ['network', 'features', 'logits', 'gradient', 'running', 'agrees'];
process.stdout.write(
  `${formatTable(
    titles.map((title) => ({ title })),
    rows,
  )}\n`,
);
