import { htmlDocument } from '../../../figures/page/document.js';
import { chart, section } from '../../../figures/page/figure.js';
import { type Html, html } from '../../../figures/page/html.js';
import type { Block, Cell, ReportTable } from '../block.js';
import type { Evidence } from '../evidence/evidence.js';
import { panelsOf } from '../evidence/panels.js';
import { textOf } from './cell-text.js';

/** How a report is known that was written here, and may be written again. */
export const GENERATOR = '<meta name="generator" content="adarand, the report of an experiment">';

/** A section with its figures drawn for the page. */
export interface DrawnSection {
  readonly title: string;
  readonly blocks: readonly (Exclude<Block, { kind: 'figure' }> | DrawnFigure)[];
}

export interface DrawnFigure {
  readonly kind: 'figure';
  readonly name: string;
  readonly title: string;
  readonly svg: string;
  readonly half: boolean;
}

export function reportPage(evidence: Evidence, sections: readonly DrawnSection[]): Promise<string> {
  const { title, remarks, runs, methods } = evidence;
  const panels = panelsOf(evidence);
  const list = (names: readonly string[]) => Array.from(new Set(names)).join(', ');
  return htmlDocument({
    generator: GENERATOR,
    title: `${title}: a comparison of methods`,
    header: html`<h1>${title}</h1>
<p>${methods.join(', ')}</p>
<p class="headline">${runs.length} runs on <b>${list(panels.map(({ dataset }) => dataset))}</b> with <b>${list(panels.map(({ model }) => model))}</b></p>`,
    main: html`${remarks.length === 0 ? undefined : html`<ul class="notes">${remarks.map((remark) => html`<li>${remark}</li>`)}</ul>`}
${sections.map(({ title, blocks }) => section(title, grouped(blocks)))}`,
  });
}

/** Figures that follow each other lie in a grid. */
function grouped(blocks: DrawnSection['blocks']): Html[] {
  const parts: Html[] = [];
  let figures: Html[] = [];
  const close = () => {
    if (figures.length > 0)
      parts.push(html`<div class="grid">${figures}</div>
`);
    figures = [];
  };
  for (const block of blocks) {
    if (block.kind === 'figure') figures.push(blockOf(block));
    else {
      close();
      parts.push(blockOf(block));
    }
  }
  close();
  return parts;
}

function blockOf(block: DrawnSection['blocks'][number]): Html {
  switch (block.kind) {
    case 'text':
      return html`${block.content}
`;
    case 'missing':
      return html`<p class="note">${block.why}</p>
`;
    case 'table':
      return tableOf(block.table);
    case 'figure':
      return html`<div class="${block.half ? 'drawn half' : 'drawn'}">${chart(block.svg, block.title)}<p class="note">${block.title} (${block.name})</p></div>
`;
  }
}

function tableOf({ title, columns, rows, notes, name, folded = false }: ReportTable): Html {
  const kind = columns.map(({ number = false }) => (number ? 'number' : ''));
  const sheet = html`<div class="scroll"><table class="sheet words" id="${name}"><thead><tr>${columns.map(({ title }, c) => html`<th class="${kind[c]}">${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${row.map((cell, c) => html`<td class="${kind[c]}">${cellOf(cell)}</td>`)}</tr>
`,
  )}</tbody></table></div>`;
  return html`${folded ? html`<details><summary>${title}</summary>${sheet}</details>` : html`<h3>${title}</h3>${sheet}`}
${notes.map((note) => html`<p class="note">${note}</p>`)}
`;
}

function cellOf(cell: Cell): Html {
  return typeof cell === 'string' ? html`${cell}` : html`<b>${textOf(cell)}</b>`;
}
