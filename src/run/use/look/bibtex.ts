import type { Reference } from '../../../methods/about.js';
import { isMethodName, methods } from '../../../methods/index.js';

/** BibTeX of the papers of a run's methods, as far as they are built in and have one. */
export function bibtexOf(method: string): string[] {
  return method
    .split('+')
    .filter(isMethodName)
    .flatMap((name) => bibtexEntries(name, methods[name].about?.references ?? []));
}

/** An entry for each publication of a method: `adarand`, then `adarand-2` and so on. */
export function bibtexEntries(method: string, references: readonly Reference[]): string[] {
  return references.map((reference, i) => entryOf(i === 0 ? method : `${method}-${i + 1}`, reference));
}

function entryOf(key: string, { title, authors, venue, year, url, arxiv }: Reference): string {
  const fields = [
    ['title', `{${title}}`],
    ['author', authors.map(lastNameFirst).join(' and ')],
    ['booktitle', venue],
    ['year', String(year)],
    // The number at arXiv is an address.
    ...(arxiv === undefined
      ? [['url', url]]
      : [['eprint', arxiv] as const, ['archiveprefix', 'arXiv'] as const]),
  ];
  return `@inproceedings{${key},\n${fields.map(([field, value]) => `  ${field} = {${value}}`).join(',\n')}\n}`;
}

/** `Chan, Antoni B.`: of the names here, the last word is the family name. */
function lastNameFirst(name: string): string {
  const words = name.split(' ');
  return `${words.at(-1)}, ${words.slice(0, -1).join(' ')}`;
}
