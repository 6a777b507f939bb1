import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { at } from '../../src/errors.js';
import { findingOf, gaining, missingOf, noise, verdictOf } from '../../test/helpers/judged-claims.js';
import {
  type Label,
  labels,
  type Reached,
  syntheticEvidence,
} from '../../test/helpers/synthetic-evidence.js';
import type { Claim } from './claim.js';
import { beatsBestPrior } from './claims/beats-best-prior.js';
import { beatsFineTuning } from './claims/beats-fine-tuning.js';
import { beatsFnp } from './claims/beats-fnp.js';
import { beatsOthers } from './claims/beats-others.js';
import { claims } from './claims/index.js';
import { gainsMoreWithLessData } from './claims/less-data.js';
import { randomFeaturesBeatFineTuning } from './claims/random-features.js';
import type { Evidence } from './evidence/schema.js';
import { judge } from './judge.js';
import { Missing } from './missing.js';

test('a gain of the size of the paper holds, none does not, and one that scatters cannot be told', () => {
  assert.equal(verdictOf(beatsFineTuning, gaining(2.67)), 'holds here');
  assert.equal(verdictOf(beatsFineTuning, gaining(0)), 'does not hold here');
  assert.equal(verdictOf(beatsFineTuning, gaining(-2.67)), 'does not hold here');
  assert.equal(verdictOf(beatsFineTuning, gaining(1.3, 4)), 'cannot be told');
});

test('a gain that is told from 0 holds, though it is less than half of the paper', () => {
  const { mean, high, paper } = findingOf(beatsFineTuning, gaining(0.6, 0.3));
  assert.ok(mean > 0 && high < paper / 2);
  assert.equal(verdictOf(beatsFineTuning, gaining(0.6, 0.3)), 'holds here');
});

test('the figures of a finding are those of a t test over two datasets of five seeds', () => {
  const { mean, halfWidth, low, high, paper, pOfNone, seedsNeeded, sample } = findingOf(
    beatsFineTuning,
    gaining(1, 1),
  );
  // Accuracies are of whole images, of which there are 10 000.
  const close = (actual: number | undefined, expected: number) =>
    assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 5e-3, `${actual}, not ${expected}`);
  close(mean, 1);
  // t_8 = 2.306 at 97.5 %, and a standard error of 1 / sqrt(10).
  close(halfWidth, 2.306 / Math.sqrt(10));
  close(low, 1 - halfWidth);
  close(high, 1 + halfWidth);
  // P(|t_8| > 3.162), by tables.
  close(pOfNone, 0.0133);
  close(paper, 2.674);
  // Half of it is 1.337. With 2 seeds the interval is within t_2 / 2 = 2.151, with 3 within t_4 / sqrt(6) = 1.133.
  assert.equal(seedsNeeded, 3);
  assert.deepEqual(
    sample.datasets.map(({ dataset, values }) => [dataset, values.length]),
    [
      ['a', 5],
      ['b', 5],
    ],
  );
});

test('each dataset counts alike, whatever its size of the difference', () => {
  const apart = syntheticEvidence({
    methods: ['plain', 'adarand'],
    run: ({ label, dataset, seed }) => ({
      accuracy: 50 + (label === 'adarand' ? (dataset === 'a' ? 4 : 0) + 0.1 * at(noise, seed) : 0),
    }),
  });
  const { mean } = findingOf(beatsFineTuning, apart);
  assert.ok(Math.abs(mean - 2) < 0.01);
  assert.equal(verdictOf(beatsFineTuning, apart), 'holds here');
});

test('more comparisons are corrected for', () => {
  // A single one is told at 5 %: p is 0.02 of t_8.
  const methods = [
    'plain',
    'adarand',
    'fnp',
    'l2-sp',
    'delta',
    'bss',
    'core-tuning',
    'co-tuning',
    'uot',
  ] as const;
  const evidence = gaining(0.92, 1, { methods });
  const single = findingOf(beatsFineTuning, evidence);
  assert.equal(verdictOf(beatsFineTuning, evidence), 'holds here');
  const [first] = judge([beatsFineTuning, beatsFnp, beatsOthers], [evidence]);
  const corrected = first?.parts[0]?.finding;
  assert.ok(corrected !== undefined && !(corrected instanceof Missing));
  assert.ok(Math.abs((corrected.pOfNone ?? 0) - 8 * (single.pOfNone ?? 1)) < 1e-9);
  assert.equal(first?.verdict, 'cannot be told');
});

test('what is missing is said: experiments, methods, shares of the images, the end of runs', () => {
  assert.equal(missingOf(beatsFineTuning), 'experiments');
  assert.equal(missingOf(beatsFnp, gaining(1)), 'runs of FNP');
  assert.match(missingOf(gainsMoreWithLessData, gaining(1)), /two of 10, 25, 50, 100 %/);
  const stopped = (status: 'failed' | 'unfinished') =>
    gaining(2.67, 0.5, {
      run: ({ label, seed }): Reached =>
        label === 'adarand' && seed === 4
          ? { status }
          : { accuracy: label === 'adarand' ? 53 + at(noise, seed) : 50 },
    });
  assert.equal(missingOf(beatsFineTuning, stopped('unfinished')), 'the end of 2 of the runs');
  const { sample } = findingOf(beatsFineTuning, stopped('failed'));
  assert.deepEqual([sample.failed, sample.datasets.map(({ values }) => values.length)], [2, [4, 4]]);
  assert.equal(
    missingOf(beatsFineTuning, gaining(1, 1, { run: () => ({ status: 'failed' }) })),
    'runs that did not fail',
  );
  assert.equal(
    missingOf(beatsFineTuning, gaining(1, 1, { run: () => ({ accuracy: null }) })),
    'test accuracies',
  );
  const twice = gaining(1);
  const again = { ...labels.adarand, label: 'adarand again', train: { lambda: 3 } };
  const ambiguous = { ...twice, request: { ...twice.request, methods: [...twice.request.methods, again] } };
  assert.equal(missingOf(beatsFineTuning, ambiguous), 'one form of AdaRand (not adarand; adarand again)');
});

test('one seed, and the same in every seed, tell nothing', () => {
  for (const evidence of [gaining(2, 0.5, { seeds: 1 }), gaining(2, 0)]) {
    const { mean, pOfNone, seedsNeeded } = findingOf(beatsFineTuning, evidence);
    assert.ok(mean > 1);
    assert.deepEqual([pOfNone, seedsNeeded], [undefined, undefined]);
    assert.equal(verdictOf(beatsFineTuning, evidence), 'cannot be told');
  }
});

test('a claim is judged by the experiment with most values, and not by several together', () => {
  const small = gaining(3, 0.1, { name: 'a-small', seeds: 3 });
  const large = gaining(0, 0.1, { name: 'large' });
  const { sample } = findingOf(beatsFineTuning, small, large);
  assert.equal(sample.ground.evidence.name, 'large');
  assert.equal(verdictOf(beatsFineTuning, small, large), 'does not hold here');
  // An experiment with runs to come decides nothing, also where it is larger.
  const running = gaining(0, 0.1, {
    name: 'running',
    datasets: ['a', 'b', 'c', 'd'],
    run: ({ seed }) => (seed === 4 ? { status: 'unfinished' } : { accuracy: 50 }),
  });
  assert.equal(verdictOf(beatsFineTuning, small, running), 'holds here');
});

test("RandReg's prior is chosen by validation, for each dataset", () => {
  const evidence = syntheticEvidence({
    methods: ['plain', 'adarand', 'uniform', 'normal', 'pretrained'],
    run: ({ label, dataset, seed }) => {
      const random = at(noise, seed);
      if (label === 'plain') return { accuracy: 50 };
      if (label === 'adarand') return { accuracy: 54 + random };
      // By validation the uniform prior on a, the normal one on b; by the test images the other way round.
      const chosen = label === (dataset === 'a' ? 'uniform' : 'normal');
      return { accuracy: (chosen ? 52 : 58) + random / 2, valAccuracy: chosen ? 0.9 : 0.8 };
    },
  });
  assert.ok(Math.abs(findingOf(randomFeaturesBeatFineTuning, evidence).mean - 2) < 0.01);
  assert.ok(Math.abs(findingOf(beatsBestPrior, evidence).mean - 2) < 0.01);
  const running = { ...evidence, runs: evidence.runs.map(unfinishedAt('pretrained', 2)) };
  assert.equal(missingOf(beatsBestPrior, running), 'the end of the runs of pretrained');
  assert.equal(
    missingOf(beatsBestPrior, syntheticEvidence({ methods: ['adarand', 'uniform'], run: () => ({}) })),
    'runs of RandReg, N(0, 1), runs of RandReg, pretrained statistics',
  );
});

test('a gain with fewer images is compared with that with more', () => {
  const shares = (fractions: readonly number[], gain: (fraction: number) => number) =>
    syntheticEvidence({
      methods: ['plain', 'adarand'],
      fractions,
      run: ({ label, fraction, seed }) => ({
        accuracy:
          100 * fraction + (label === 'adarand' ? gain(fraction) + 0.5 * at(noise, seed) * fraction : 0),
      }),
    });
  const falling = (fraction: number) => 6 - 6 * fraction;
  const found = findingOf(gainsMoreWithLessData, shares([0.1, 0.25, 0.5], falling));
  assert.ok(Math.abs(found.mean - 6 * 0.4) < 0.01);
  assert.ok(Math.abs(found.paper - (7.97 - 4.33)) < 1e-9);
  assert.equal(verdictOf(gainsMoreWithLessData, shares([0.1, 0.25, 0.5], falling)), 'holds here');
  assert.equal(
    verdictOf(
      gainsMoreWithLessData,
      shares([0.25, 0.5], () => 3),
    ),
    'does not hold here',
  );
  // The paper has no larger gain with 10 % than with 25 %, and none with 30 %.
  assert.match(missingOf(gainsMoreWithLessData, shares([0.1, 0.25], falling)), /two of 10/);
  assert.match(missingOf(gainsMoreWithLessData, shares([0.3, 0.5], falling)), /two of 10/);
});

test('the order of runs, methods, experiments and claims does not matter', () => {
  const methods: readonly Label[] = [
    'plain',
    'adarand',
    'fnp',
    'uniform',
    'normal',
    'pretrained',
    'class',
    'no-intra',
    'no-inter',
  ];
  const made = (name: string, shift: number) =>
    syntheticEvidence({
      name,
      methods,
      datasets: ['a', 'b', 'c'],
      run: ({ label, dataset, seed }) => {
        // Arbitrary, and different for every run.
        const wave = Math.sin(7 * methods.indexOf(label) + 3 * seed + dataset.charCodeAt(0) + shift);
        return {
          accuracy: 60 + 2 * wave,
          valAccuracy: 0.5 + wave / 10,
          entropy: 300 + 9 * wave,
          mutualInformation: 50 + wave,
          norms: [10, 10 + wave],
          headGradient: 1 + wave / 9,
          seconds: 1 + wave / 9,
        };
      },
    });
  const evidence = [made('one', 0), made('two', 1)];
  const told = (list: readonly Claim[], from: readonly Evidence[]) =>
    new Map(
      judge(list, from).map(({ claim, verdict, parts }) => [
        claim.title,
        [
          verdict,
          ...parts.map(({ finding }) =>
            finding instanceof Missing
              ? finding.what
              : [finding.mean, finding.low, finding.pOfNone, finding.pOfEnough]
                  .map((value) => value?.toFixed(9))
                  .join(),
          ),
        ].join(' '),
      ]),
    );
  const expected = told(claims, evidence);
  const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length });
  fc.assert(
    fc.property(
      fc.tuple(...evidence.map(({ runs }) => shuffled(runs))),
      shuffled(labelsOf(methods)),
      shuffled([0, 1]),
      shuffled(claims),
      (runs, order, places, list) => {
        const changed = evidence.map((one, i) => ({
          ...one,
          request: { ...one.request, methods: order },
          runs: at(runs, i),
        }));
        const found = told(
          list,
          places.map((place) => at(changed, place)),
        );
        for (const [title, text] of expected) assert.equal(found.get(title), text, title);
      },
    ),
    { numRuns: 15 },
  );
});

/** The runs of a method and a seed are still to come. */
function unfinishedAt(label: Label, seed: number) {
  return (run: Evidence['runs'][number]): Evidence['runs'][number] => {
    const { dataset, model, method, fraction } = run;
    return method === label && run.seed === seed
      ? { dataset, model, method, fraction, seed, status: 'unfinished' }
      : run;
  };
}

function labelsOf(methods: readonly Label[]) {
  return methods.map((label) => labels[label]);
}
