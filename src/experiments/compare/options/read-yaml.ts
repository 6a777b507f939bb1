import { readFile } from 'node:fs/promises';
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { AdarandError, messageOf } from '../../../errors.js';
import { specialAt } from '../../../files/special.js';
import { systemCode } from '../../../files/system-code.js';
import { whyUnreadable } from '../../../files/why-unreadable.js';
import type { Experiment } from './experiment.js';
import { readExperiment } from './read-experiment.js';
import { dotted, type Path, type Where } from './where.js';

export interface WrittenExperiment {
  readonly experiment: Experiment;
  readonly where: Where;
}

/**
 * An experiment in a YAML 1.2 file; JSON is YAML, too.
 *
 * @throws AdarandError `compare.file` if it cannot be read, `config.invalid` with the line of whatever is wrong.
 */
export async function readYaml(path: string): Promise<WrittenExperiment> {
  return parseYaml(await textOf(path), path);
}

export function parseYaml(text: string, path: string): WrittenExperiment {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const [syntax] = [...document.errors, ...document.warnings];
  const lineAt = (offset: number) => `${path}:${counter.linePos(offset).line}`;
  if (syntax !== undefined)
    throw new AdarandError('config.invalid', `${lineAt(syntax.pos[0])}: ${syntax.message}`, HELP);
  const where: Where = {
    nameOf: dotted,
    lineOf: (part) => lineAt(offsetOf(document, part)),
    help: HELP,
  };
  return { experiment: readExperiment(plainOf(document, path), where), where };
}

const HELP = 'docs/compare.md explains every line.';

function plainOf(document: Document.Parsed, path: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    // An alias without an anchor, or too many of them.
    const reason = messageOf(error);
    throw new AdarandError('config.invalid', `${path}: ${reason}`, HELP, error);
  }
}

/** Where a part begins; of one that is not there, what would have it. */
function offsetOf(document: Document.Parsed, path: Path): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair === undefined) return offset;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof key === 'number') {
      node = node.items[key];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}

async function textOf(path: string): Promise<string> {
  const special = await specialAt(path);
  if (special !== undefined)
    throw new AdarandError('compare.file', `${path} is a ${special}, not a file`, 'Give a YAML file.');
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { reason, hint } = whyUnreadable(systemCode(error));
    throw new AdarandError('compare.file', `cannot read ${path}: ${reason}`, hint, error);
  }
}
