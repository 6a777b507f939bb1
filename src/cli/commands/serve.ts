import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AdarandError } from '../../errors.js';
import { serveFolder } from '../../files/serve-folder.js';
import { commandLine } from '../../run/command-line.js';
import { optionRegistry } from '../../run/options/option.js';
import { printJson } from '../json.js';
import { print } from '../terminal.js';
import type { Command } from './command.js';

const options = z.strictObject({
  folder: z.string().min(1).register(optionRegistry, {
    description: 'Folder with a page: `index.html` is in it.',
    group: 'Input and output',
    value: 'dir',
  }),
  port: z.int().min(0).max(65_535).default(8000).register(optionRegistry, {
    description: 'Port on this machine; 0 takes one that is free.',
    group: 'Input and output',
    value: 'n',
  }),
});

export const command = {
  options,
  arguments: ['folder'],
  async run({ parse, json }) {
    const { folder, port } = parse(options);
    await checkPage(folder);
    const { url } = await serveFolder(folder, port);
    if (json) printJson({ type: 'serving', folder, url });
    else print(`${folder} is at ${url} (only on this machine); Ctrl-C ends it\n`);
  },
} satisfies Command<typeof options>;

/** @throws AdarandError `serve.no-page`. */
async function checkPage(folder: string): Promise<void> {
  const there = await stat(folder).catch(() => undefined);
  const page = await stat(join(folder, 'index.html')).catch(() => undefined);
  if (page?.isFile()) return;
  const what =
    there === undefined
      ? 'does not exist'
      : there.isDirectory()
        ? 'has no page: index.html is missing'
        : 'is not a folder';
  const line = commandLine('export', 'RUN', '--to', 'DIR', '--web');
  throw new AdarandError('serve.no-page', `${folder} ${what}`, `\`${line}\` writes a folder with a page.`);
}
