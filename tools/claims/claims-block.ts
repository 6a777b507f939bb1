import { mean } from '../../src/analysis/statistics.js';
import { wrapped } from '../../src/cli/format.js';
import { at } from '../../src/errors.js';
import { fractionText } from '../../src/experiments/report/evidence/panels.js';
import { formatTable } from '../../src/figures/table.js';
import { paragraph } from '../results/measured.js';
import type { Finding, JudgedClaim, JudgedPart, Verdict } from './judge.js';
import { Missing } from './missing.js';
import { settingsText } from './settings-text.js';
import { intervalText } from './units.js';

/** What docs/results.md says of the paper's claims: a table, a sentence for each, and what runs they were judged by. */
export function claimsBlock(judged: readonly JudgedClaim[]): string {
  const grounds = judged.flatMap(({ parts }) =>
    parts.flatMap(({ finding }) => (finding instanceof Missing ? [] : [finding.sample.ground])),
  );
  return [
    paragraph(summary(judged)),
    table(judged),
    judged.map(item).join('\n'),
    ...settingsText(grounds).map(paragraph),
  ].join('\n\n');
}

function summary(judged: readonly JudgedClaim[]): string {
  const count = (verdict: Verdict) => judged.filter((one) => one.verdict === verdict).length;
  const tests = judged.flatMap(({ parts }) => parts).filter(({ finding }) => !(finding instanceof Missing));
  return `Of ${judged.length} claims: holds here ${count('holds here')}, does not hold here ${count('does not hold here')}, cannot be told ${count('cannot be told')}. All p are corrected (Holm) for ${tests.length} comparisons.`;
}

function table(judged: readonly JudgedClaim[]): string {
  const rows = judged.flatMap(({ claim, verdict, parts }, c) =>
    parts.map(({ part, finding }, p) => [
      p === 0 ? String(c + 1) : '',
      p === 0 ? claim.title : '',
      `${part.title}${part.unit.name === '' ? '' : `, ${part.unit.name}`}`,
      part.unit.text(finding instanceof Missing ? part.paperIn() : finding.paper),
      hereText({ part, finding }),
      finding instanceof Missing ? '' : countText(finding),
      p === 0 ? (verdict === 'cannot be told' ? verdict : `**${verdict}**`) : '',
    ]),
  );
  return formatTable(
    [
      { title: '', align: 'right' },
      { title: 'claim' },
      { title: 'measured' },
      { title: 'paper', align: 'right' },
      { title: 'here, 95 % interval', align: 'right' },
      { title: 'datasets × seeds' },
      { title: 'verdict' },
    ],
    rows,
    'markdown',
  );
}

function hereText({ part: { unit }, finding }: Pick<JudgedPart, 'part' | 'finding'>): string {
  if (finding instanceof Missing) return '–';
  const interval = Number.isFinite(finding.halfWidth)
    ? ` (${intervalText(unit, finding.low, finding.high)})`
    : '';
  return `${unit.text(finding.mean)}${interval}`;
}

/** `2 × 3`: datasets, and seeds of each; `3 + 2` where they have not as many. */
function countText({ sample: { datasets } }: Finding): string {
  const counts = datasets.map(({ values }) => values.length);
  return new Set(counts).size === 1 ? `${counts.length} × ${at(counts, 0)}` : counts.join(' + ');
}

function item({ claim, verdict, parts }: JudgedClaim, index: number): string {
  const sentences = parts.flatMap((judged) => sentencesOn(judged, parts.length > 1));
  const missing = new Set(parts.flatMap(({ finding }) => (finding instanceof Missing ? finding.what : [])));
  const text = [
    `**${claim.title}: ${verdict}.** The paper: ${claim.paper}.`,
    ...sentences,
    ...(missing.size > 0 ? [`What is missing: ${Array.from(missing).join('; ')}.`] : []),
  ].join(' ');
  const mark = `${index + 1}. `;
  const lines = wrapped(text.split(' '), 120 - mark.length);
  return lines.map((line, i) => `${i === 0 ? mark : ' '.repeat(mark.length)}${line}`).join('\n');
}

function sentencesOn({ part, verdict, finding }: JudgedPart, several: boolean): string[] {
  if (finding instanceof Missing) return [];
  const { sample, pOfNone, pOfEnough, seedsNeeded } = finding;
  const each = sample.datasets.map(({ dataset, values }) => `${part.unit.text(mean(values))} on ${dataset}`);
  const enough = Math.min(...sample.datasets.map(({ values }) => values.length));
  return [
    `${several ? `${capitalised(part.title)}${verdict === 'cannot be told' ? '' : ` ${verdict}`}: ` : 'Here: '}${each.join(', ')} (${groundText(finding)}).`,
    ...(sample.without.length > 0 ? [`Nothing is known of ${sample.without.join(', ')}.`] : []),
    ...(sample.failed > 0
      ? [`Failed runs, left out with what they are compared with: ${sample.failed}.`]
      : []),
    pOfNone === undefined || pOfEnough === undefined
      ? 'One value of a dataset, or the same in every seed, has no spread to judge by.'
      : part.kind === 'limit'
        ? `Corrected p ${pText(pOfNone)} against the paper's.`
        : `Corrected p ${pText(pOfNone)} against no difference, ${pText(pOfEnough)} against half of the paper's.`,
    ...(verdict !== 'cannot be told' || seedsNeeded === undefined
      ? []
      : seedsNeeded <= enough
        ? ["The interval's half-width is below half of the paper's difference already."]
        : [`An interval of ± half of the paper's takes ${seedsNeeded} seeds of each dataset.`]),
  ];
}

function groundText({ sample: { ground } }: Finding): string {
  return `\`${ground.evidence.name}\`, ${ground.shares.map(fractionText).join(' and ')}`;
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function pText(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}
