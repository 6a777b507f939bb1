import { formatTable } from '../../../figures/table.js';
import type { Cell, ReportTable } from '../block.js';

export function markdownOf({ title, columns, rows, notes }: ReportTable): string {
  const table = formatTable(
    columns.map(({ title, number = false }) => ({ title, align: number ? 'right' : 'left' })),
    rows.map((row) => row.map(markdownCell)),
    'markdown',
  );
  return `${[`**${title}**`, table, ...notes].join('\n\n')}\n`;
}

function markdownCell(cell: Cell): string {
  return typeof cell === 'string' ? cell : `**${cell.strong}**`;
}
