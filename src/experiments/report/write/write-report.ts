import { invariant } from '../../../errors.js';
import type { Block, ReportFigure, ReportTable, Section } from '../block.js';
import type { Evidence } from '../evidence/evidence.js';
import { csvOf } from './csv.js';
import { type DrawnSection, reportPage } from './html.js';
import { latexOf } from './latex.js';
import { markdownOf } from './markdown.js';
import { PAPER_WIDTHS, paperFigures } from './paper-figure.js';
import type { ReportFolder } from './report-folder.js';

/** What is written where, with how far it has come. Returns the page's path. */
export async function writeReport(
  evidence: Evidence,
  sections: readonly Section[],
  folder: ReportFolder,
  onProgress: (done: number, total: number) => void,
): Promise<string> {
  const made: { readonly title: string; readonly blocks: readonly Block[] }[] = [];
  for (const { title, make } of sections) made.push({ title, blocks: await make(evidence) });
  await folder.make();
  const total = made.reduce((sum, { blocks }) => sum + blocks.length, 0);
  const drawn: DrawnSection[] = [];
  let done = 0;
  for (const { title, blocks } of made) {
    const shown: DrawnSection['blocks'][number][] = [];
    for (const block of blocks) {
      if (block.kind === 'table') await writeTable(block.table, folder);
      shown.push(block.kind === 'figure' ? await drawFigure(block.figure, folder) : block);
      onProgress(++done, total);
    }
    drawn.push({ title, blocks: shown });
  }
  return folder.finish(await reportPage(evidence, drawn));
}

async function writeTable(table: ReportTable, folder: ReportFolder): Promise<void> {
  await folder.write(`tables/${table.name}.csv`, csvOf(table));
  await folder.write(`tables/${table.name}.md`, markdownOf(table));
  await folder.write(`tables/${table.name}.tex`, latexOf(table));
}

/** Writes a figure in the widths of papers, one of which the page shows. */
async function drawFigure(figure: ReportFigure, folder: ReportFolder) {
  const { name, title, half = false } = figure;
  const [column, page] = await paperFigures(figure, [PAPER_WIDTHS.column, PAPER_WIDTHS.page]);
  invariant(column !== undefined && page !== undefined, 'a figure has both widths');
  for (const [width, { files }] of Object.entries({ column, page })) {
    await folder.write(`figures/${name}-${width}.svg`, files.svg);
    await folder.write(`figures/${name}-${width}.png`, files.png);
  }
  return { kind: 'figure', name, title, half, svg: (half ? column : page).svg } as const;
}
