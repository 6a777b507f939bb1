import { isMethodName, methods } from '../../../methods/index.js';
import type { MethodDescription } from '../../../methods/method.js';

/** BibTeX of the papers of a run's methods, as far as they are built in and have one. */
export function bibtexOf(method: string): string[] {
  return method
    .split('+')
    .filter(isMethodName)
    .flatMap((name) => entryOf(methods[name]) ?? []);
}

/** `Ge and Yu, CVPR 2017, arXiv 1702.08690`; what follows a semicolon is about another paper. */
const PAPER =
  /^(?<authors>.+?)(?<more> et al\.)?, (?<venue>[A-Za-z]+) (?<year>\d{4})(?:, arXiv (?<arxiv>[\d.]+))?(?:;|$)/;

function entryOf({ name, paper, paperTitle }: MethodDescription): string | undefined {
  const found = PAPER.exec(paper)?.groups;
  if (paperTitle === undefined || found === undefined) return undefined;
  const { authors = '', more, venue, year, arxiv } = found;
  const names = [...authors.split(/, | and /), ...(more === undefined ? [] : ['others'])].join(' and ');
  const fields = [
    ['title', `{${paperTitle}}`],
    ['author', names],
    ['booktitle', venue],
    ['year', year],
    ...(arxiv === undefined ? [] : [['eprint', arxiv] as const, ['archiveprefix', 'arXiv'] as const]),
  ];
  return `@inproceedings{${name},\n${fields.map(([field, value]) => `  ${field} = {${value}}`).join(',\n')}\n}`;
}
