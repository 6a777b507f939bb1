import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { methodsPage } from './methods-page.js';
import { operatorsPage } from './operators-page.js';

export interface GeneratedDoc {
  readonly path: string;
  readonly text: string;
}

const folder = fileURLToPath(new URL('../../docs', import.meta.url));

/** Every document that is written from the registries; a test holds the committed ones to them. */
export function generatedDocs(): GeneratedDoc[] {
  return [
    { path: join(folder, 'methods.md'), text: methodsPage() },
    { path: join(folder, 'operators.md'), text: operatorsPage() },
  ];
}
