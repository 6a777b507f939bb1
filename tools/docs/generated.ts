import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFolder } from '../../src/package.js';
import { replaceBlock } from './block.js';
import { experimentJsonSchema } from './experiment-schema.js';
import { importableOperators } from './importable-operators.js';
import { libraryPage } from './library-page.js';
import { methodsPage, methodsTable } from './methods-page.js';
import { operatorsPage } from './operators-page.js';
import { optionTypes } from './option-types.js';
import { optionsPage } from './options-page.js';

export interface GeneratedDoc {
  readonly path: string;
  readonly text: string;
}

const root = packageFolder();

/** Every document that is written from the registries; a test holds the committed ones to them. */
export async function generatedDocs(): Promise<GeneratedDoc[]> {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const performance = await readFile(join(root, 'docs/performance.md'), 'utf8');
  const onnx = await readFile(join(root, 'docs/onnx.md'), 'utf8');
  return [
    { path: join(root, 'docs/library.md'), text: libraryPage() },
    { path: join(root, 'docs/methods.md'), text: methodsPage(performance) },
    { path: join(root, 'docs/onnx.md'), text: replaceBlock(onnx, 'operators', importableOperators()) },
    { path: join(root, 'docs/operators.md'), text: operatorsPage() },
    { path: join(root, 'docs/options.md'), text: await optionsPage() },
    { path: join(root, 'assets/experiment.schema.json'), text: experimentJsonSchema() },
    { path: join(root, 'src/run/options/options.gen.ts'), text: optionTypes() },
    { path: join(root, 'README.md'), text: withMethods(readme) },
  ];
}

/** README.md with its table of methods renewed. */
function withMethods(readme: string): string {
  const table = methodsTable((name) => `docs/methods.md#${name}`);
  return replaceBlock(readme, 'methods', table);
}
