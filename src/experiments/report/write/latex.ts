import type { Cell, ReportTable } from '../block.js';

/** A table for a paper, in the style of the package booktabs, which it needs. */
export function latexOf({ name, title, columns, rows, notes }: ReportTable): string {
  const line = (cells: readonly string[]) => `    ${cells.join(' & ')} \\\\`;
  return `${[
    '% Needs \\usepackage{booktabs}.',
    '\\begin{table}[t]',
    '  \\centering',
    `  \\caption{${escaped(sentence(title))}}`,
    `  \\label{tab:${name}}`,
    `  \\begin{tabular}{${columns.map(({ number = false }) => (number ? 'r' : 'l')).join('')}}`,
    '    \\toprule',
    line(columns.map(({ title }) => escaped(title))),
    '    \\midrule',
    ...rows.map((row) => line(row.map(latexCell))),
    '    \\bottomrule',
    '  \\end{tabular}',
    ...notesBelow(notes),
    '\\end{table}',
  ].join('\n')}\n`;
}

/** A paragraph as wide as the text. */
function notesBelow(notes: readonly string[]): string[] {
  if (notes.length === 0) return [];
  return [
    '  \\par\\smallskip',
    '  \\begin{minipage}{\\linewidth}\\footnotesize',
    ...notes.map((note) => `    ${escaped(sentence(note))}`),
    '  \\end{minipage}',
  ];
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function latexCell(cell: Cell): string {
  return typeof cell === 'string' ? escaped(cell) : `\\textbf{${escaped(cell.strong)}}`;
}

const special: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '±': '$\\pm$',
  '†': '$\\dagger$',
  '‡': '$\\ddagger$',
  '–': '--',
  '×': '$\\times$',
  '<': '$<$',
  '>': '$>$',
};

function escaped(text: string): string {
  return (
    text
      .replace(/[\\~^±†‡–×<>&%$#_{}]/g, (character) => special[character] ?? `\\${character}`)
      .replace(/\s*[\r\n]+\s*/g, ' ')
      .replace(/(^|[ (])-(?=\d)/g, '$1$-$')
      // What ends a line, and a rule, would take these for their own.
      .replace(/^(\s*)([[*])/, '$1{$2}')
  );
}
