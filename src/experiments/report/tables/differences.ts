import { signed } from '../../../figures/comparison.js';
import type { ReportTable } from '../block.js';
import { type Difference, differencesIn, isIdentical, isTold, isTooSmall } from '../evidence/differences.js';
import type { Evidence } from '../evidence/evidence.js';
import { fractionText, type Panel, panelsOf } from '../evidence/panels.js';

/** Each method against the baseline, paired by seed; undefined where nothing can be paired. */
export function differenceTable(evidence: Evidence): ReportTable | undefined {
  const panels = panelsOf(evidence);
  const differences = panels.flatMap((panel) => differencesIn(panel, evidence));
  if (differences.length === 0) return undefined;
  const several = (of: 'dataset' | 'model' | 'fraction') =>
    new Set(differences.map((one) => one[of])).size > 1;
  const [datasets, models, fractions] = [several('dataset'), several('model'), several('fraction')];
  return {
    name: 'differences',
    title: `Difference to ${evidence.baseline} in percentage points, paired by seed`,
    columns: [
      ...(datasets ? [{ title: 'dataset' }] : []),
      ...(models ? [{ title: 'backbone' }] : []),
      ...(fractions ? [{ title: 'images', number: true }] : []),
      { title: 'method' },
      { title: 'difference', number: true },
      { title: '95 %, t', number: true },
      { title: '95 %, bootstrap', number: true },
      { title: 'p', number: true },
      { title: 'p, Holm', number: true },
      { title: 'n', number: true },
      { title: 'n needed', number: true },
      { title: 'verdict' },
    ],
    rows: differences.map((one) => [
      ...(datasets ? [one.dataset] : []),
      ...(models ? [one.model] : []),
      ...(fractions ? [fractionText(one.fraction)] : []),
      one.method,
      isTold(one) ? { strong: signed(one.test.mean) } : signed(one.test.mean),
      one.test.p === undefined ? '–' : interval(one.test.low, one.test.high),
      one.test.p === undefined ? '–' : interval(...one.bootstrap),
      pText(one.test.p),
      pText(one.holm),
      String(one.test.n),
      neededText(one.seedsNeeded),
      `${verdict(one)}${isTooSmall(one) ? ' †' : ''}${one.probes > 0 ? ` ‡ ${one.probes} of ${one.test.n}` : ''}`,
    ]),
    notes: [...notesOn(differences), ...notesOnOthers(panels, differences, evidence)],
    tidy: {
      columns: [
        ...['dataset', 'backbone', 'fraction', 'method', 'baseline', 'difference', 'sd', 'n'],
        ...['t_low', 't_high', 'bootstrap_low', 'bootstrap_high', 'p', 'p_holm', 'comparisons'],
        ...[
          'seeds_needed',
          'images',
          'image_half_width',
          'image_half_width_of',
          'test_set_too_small',
          'verdict',
        ],
      ],
      rows: differences.map((one) => [
        ...[one.dataset, one.model, one.fraction, one.method, evidence.baseline],
        ...[one.test.mean, one.test.std, one.test.n, one.test.low, one.test.high, ...one.bootstrap],
        ...[
          one.test.p,
          one.holm,
          one.comparisons,
          one.seedsNeeded,
          one.resolution.images,
          one.resolution.halfWidth,
          one.resolution.of,
          isTooSmall(one),
          verdict(one),
        ],
      ]),
    },
  };
}

function interval(low: number, high: number): string {
  return `${signed(low)} to ${signed(high)}`;
}

/** `0.031`, `< 0.001`. */
export function pText(p: number | undefined): string {
  if (p === undefined) return '–';
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

function neededText(seeds: number | undefined): string {
  if (seeds === undefined || seeds === Infinity) return '–';
  return seeds > 1000 ? '> 1000' : String(seeds);
}

const NOT_SIGNIFICANT = 'n.s.';

function verdict(one: Difference): string {
  const { test } = one;
  if (test.n < 2) return 'one seed tells nothing';
  if (isIdentical(one)) return 'identical';
  if (test.p === undefined) return 'the same in every seed';
  if (!isTold(one)) return NOT_SIGNIFICANT;
  return test.mean > 0 ? 'better' : 'worse';
}

function notesOn(differences: readonly Difference[]): string[] {
  const most = Math.max(...differences.map(({ comparisons }) => comparisons));
  return [
    'Intervals are of single comparisons; a bootstrap of few seeds is too narrow.',
    correctionNote(most),
    ...(differences.some((one) => verdict(one) === NOT_SIGNIFICANT)
      ? ['n.s.: not significant. That is not to say that there is no difference.']
      : []),
    'n needed: seeds with which a paired t test at 5 % would find a true difference of the observed size, with this spread, in 80 of 100 cases.',
    ...(differences.some(({ probes }) => probes > 0)
      ? [
          '‡: in so many pairs both runs kept the linear probe that they began with, and differ by 0 whatever their methods are.',
        ]
      : []),
    ...notesOnImages(differences),
  ];
}

/** What is not in the table. */
function notesOnOthers(
  panels: readonly Panel[],
  differences: readonly Difference[],
  { baseline }: Evidence,
): string[] {
  const compared = new Set([baseline, ...differences.map(({ method }) => method)]);
  const others = new Set(panels.flatMap(({ methods }) => methods).filter((method) => !compared.has(method)));
  if (others.size === 0) return [];
  return [
    `Not compared, because no run that ended has the seed of one of ${baseline}: ${[...others].join(', ')}.`,
  ];
}

/** Of so many tests at one dataset, backbone and share, at most. */
function correctionNote(tests: number): string {
  if (tests === 0) return 'No method is compared in several seeds: there is no p, and nothing to correct.';
  return tests > 1
    ? `The corrected p (Holm) is for up to ${tests} methods compared with the baseline at the same dataset, backbone and share of the images, not for the table as a whole. By it, a verdict is given, at 5 %.`
    : 'There is one comparison at each dataset, backbone and share of the images: there, nothing is to be corrected. Over the table as a whole nothing is. A verdict is at 5 %.';
}

/** What the choice of the test images leaves uncertain. */
function notesOnImages(differences: readonly Difference[]): string[] {
  const small = differences.filter(isTooSmall);
  const widest = (of: Difference['resolution']['of']) =>
    small
      .filter(({ resolution }) => resolution.of === of)
      .toSorted((a, b) => b.resolution.halfWidth - a.resolution.halfWidth)[0];
  const [difference, accuracy] = [widest('difference'), widest('accuracy')];
  if (difference === undefined && accuracy === undefined) return [];
  const example = ({ dataset, resolution: { halfWidth, images } }: Difference) =>
    `up to ${halfWidth.toFixed(1)} points (${dataset}, ${images} images)`;
  return [
    `†: the test set is too small. The choice of its images alone leaves a difference of this size uncertain, as for ${small.length} of ${differences.length} here; more seeds help against that only where each has test images of its own.`,
    ...(difference === undefined
      ? []
      : [
          `The half-width is that of the difference, by the images that one of the two methods gets right (Agresti and Min, 95 %): ${example(difference)}.`,
        ]),
    ...(accuracy === undefined
      ? []
      : [
          `Where predictions were not kept, the half-width is that of one accuracy (Wilson, 95 %), which errs on the careful side: ${example(accuracy)}.`,
        ]),
  ];
}
