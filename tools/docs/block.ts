import { AdarandError } from '../../src/errors.js';

/** A document whose part between `<!-- NAME -->` and the next `<!-- end -->` is replaced by `content`. */
export function replaceBlock(document: string, name: string, content: string): string {
  const open = `<!-- ${name} -->\n`;
  const start = document.indexOf(open) + open.length;
  // An empty part has one line break between its marks.
  const end = document.indexOf('\n<!-- end -->', start - 1);
  if (start < open.length || end < 0)
    throw new AdarandError(
      'docs.no-block',
      `the document has no part between <!-- ${name} --> and <!-- end -->`,
      'Add these two lines where the part belongs.',
    );
  return `${document.slice(0, start)}${content}${document.slice(end)}`;
}
