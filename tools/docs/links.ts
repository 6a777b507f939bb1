import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageFolder } from '../../src/package.js';

const root = packageFolder();

/** The repository's documents, by their paths from its root. */
export function documentPaths(): string[] {
  const inFolder = (folder: string) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => relative(root, join(root, folder, name)));
  return ['', 'docs', 'oracle'].flatMap(inFolder);
}

/** Targets of the links and images in a Markdown text: `docs/data.md#splits`. */
export function linksOf(markdown: string): string[] {
  return Array.from(withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target);
}

/** The anchors of a text's headings, as GitHub makes them. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = Array.from(withoutBlocks(markdown).matchAll(/^#+ +(.+?) *$/gm), ([, title = '']) => {
    const anchor = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
  return new Set(anchors);
}

/** Spans and lines of code. */
export function codeOf(markdown: string): string[] {
  const blocks = Array.from(markdown.matchAll(/^```.*\n([\s\S]*?)^```/gm), ([, block = '']) => block);
  // A command may continue on the next line.
  const commands = markdown.replace(/ \\\n +/g, ' ');
  const indented = Array.from(commands.matchAll(/^ {4}.+$/gm), ([line]) => line.trim());
  const spans = Array.from(withoutBlocks(markdown).matchAll(/`([^`]+)`/g), ([, span = '']) => span);
  return [...blocks.flatMap((block) => block.split('\n')), ...indented, ...spans];
}

/** Files and folders of the repository that code names, by their paths from its root: `src/methods/index.ts`. */
export function repositoryPathsIn(code: string): string[] {
  const pattern = /(?<![\w./-])(?:assets|bench|docs|examples|oracle|src|test|tools)\/[\w./*-]*\w\/?/g;
  return (code.match(pattern) ?? []).filter((path) => !path.includes('*'));
}

/** Flags of `adarand` that code names; other programs have their own. */
export function flagsIn(code: string): string[] {
  if (/^(\$ )?(npm|npx|node|python|curl|tensorboard|\.venv\/\S+)\b/.test(code)) return [];
  return code.match(/(?<![\w-])--[a-z][a-z-]*/g) ?? [];
}

/** In indented blocks, brackets and hashes are text, too. */
function withoutBlocks(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```/gm, '').replace(/^ {4}.+$/gm, '');
}

function withoutCode(markdown: string): string {
  return withoutBlocks(markdown).replace(/`[^`]+`/g, '');
}
