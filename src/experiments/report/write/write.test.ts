import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/helpers/cli.js';
import { lineChart } from '../../../figures/charts/line-chart.js';
import type { ReportTable } from '../block.js';
import { csvOf } from './csv.js';
import { fileName } from './file-name.js';
import { GENERATOR } from './html.js';
import { latexOf } from './latex.js';
import { markdownOf } from './markdown.js';
import { paperFigures } from './paper-figure.js';
import { ReportFolder } from './report-folder.js';

const table: ReportTable = {
  name: 'accuracy',
  title: 'Accuracy, 100 %',
  columns: [{ title: 'method' }, { title: 'a_b', number: true }],
  rows: [
    ['l2-sp & "x", y|z', { strong: '-1.00 ± 0.50' }],
    ['$\\{~^}#', '–'],
  ],
  notes: ['p < 0.05.'],
};

test('a table as CSV, Markdown and LaTeX, with what is special in each', () => {
  assert.equal(csvOf(table), 'method,a_b\r\n"l2-sp & ""x"", y|z",-1.00 ± 0.50\r\n$\\{~^}#,–\r\n');
  const tidy = {
    columns: ['x', 'y'],
    rows: [
      [1 / 3, undefined],
      [Number.NaN, true],
    ],
  };
  assert.equal(csvOf({ ...table, tidy }), 'x,y\r\n0.333333333333,\r\n,true\r\n');
  assert.match(markdownOf(table), /\| l2-sp & "x", y\\\|z \| \*\*-1\.00 ± 0\.50\*\* \|/);
  const latex = latexOf(table);
  assert.match(latex, /\\caption\{Accuracy, 100 \\%\.\}\n/);
  assert.match(
    latex,
    /\\end\{tabular\}\n[\s\S]*\\footnotesize\n {4}p \$<\$ 0\.05\.\n {2}\\end\{minipage\}\n\\end\{table\}/,
  );
  assert.doesNotMatch(latexOf({ ...table, notes: [] }), /minipage/);
  assert.match(latex, /method & a\\_b \\\\\n/);
  assert.ok(latex.includes('l2-sp \\& "x", y|z & \\textbf{$-$1.00 $\\pm$ 0.50} \\\\'), latex);
  assert.ok(
    latex.includes('\\$\\textbackslash{}\\{\\textasciitilde{}\\textasciicircum{}\\}\\# & -- \\\\'),
    latex,
  );
});

test('a cell of LaTeX is nothing to the end of the line before it', () => {
  // TeX takes the bracket after \\\\ or a rule for a length, and may look for its number for ever.
  const columns = [{ title: '[x]' }, { title: '*' }];
  const latex = latexOf({
    ...table,
    columns,
    rows: [
      ['[a]', '[0, 1]'],
      ['*', { strong: '[b]' }],
      ['a [b]', 'c*'],
    ],
  });
  for (const line of ['{[}x] & {*}', '{[}a] & {[}0, 1]', '{*} & \\textbf{{[}b]}', 'a [b] & c*'])
    assert.ok(latex.includes(`    ${line} \\\\\n`), line);
});

test('file names are plain', () => {
  assert.equal(fileName('accuracy', 'my flowers/ü', 'org/net', '2.5 %'), 'accuracy-my-flowers-org-net-2.5');
});

test('a figure has the width of a column, in its texts sizes, and as many dots', async () => {
  const draw = (width: number) =>
    lineChart({ series: [{ name: 'a', x: [1, 2], y: [1, 2] }], xLabel: 'x', yLabel: 'y', width });
  const [column] = await paperFigures({ draw }, [3.25]);
  const { svg, png } = column?.files ?? assert.fail();
  assert.match(svg, /width="3\.25in" height="[\d.]+in" viewBox="0 0 312 /);
  const view = new DataView(png.buffer, png.byteOffset);
  assert.equal(view.getUint32(16), 975);
  assert.doesNotMatch(svg, /<text/);
});

test('an earlier report is written over and its other files go; anything else stays as it is', async () => {
  const { path, remove } = await temporaryFolder();
  try {
    const at = join(path, 'new', 'report');
    const page = `<!doctype html>${GENERATOR}`;
    const first = await ReportFolder.open(at);
    await first.make();
    await first.write('tables/old.csv', '');
    await first.write('tables/kept.csv', '');
    assert.equal(await first.finish(page), join(at, 'report.html'));
    const second = await ReportFolder.open(at);
    await second.make();
    await second.write('tables/kept.csv', 'x');
    await second.finish(page);
    assert.deepEqual(await readdir(join(at, 'tables')), ['kept.csv']);
    await writeFile(join(at, 'files.json'), '{"version":1,"files":["../../stolen"]}');
    await (await ReportFolder.open(at)).finish(page);

    const foreign = join(path, 'foreign');
    await mkdir(foreign);
    await writeFile(join(foreign, 'report.html'), 'mine');
    await assert.rejects(ReportFolder.open(foreign), {
      code: 'report.exists',
      message: /foreign has other files/,
    });
    await assert.rejects(ReportFolder.open(join(foreign, 'report.html')), {
      code: 'report.exists',
      message: /is a file/,
    });
    assert.equal((await ReportFolder.open(join(path, 'empty'))).files.length, 0);
  } finally {
    await remove();
  }
});
