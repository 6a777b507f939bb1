import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../../src/errors.js';
import { findingOf, missingOf, noise, partsOf, verdictOf } from '../../test/helpers/judged-claims.js';
import { type Reached, syntheticEvidence } from '../../test/helpers/synthetic-evidence.js';
import { highestEntropy } from './claims/entropy.js';
import { keepsTheNorm } from './claims/feature-norm.js';
import { smallerHeadGradient } from './claims/head-gradient.js';
import { littleMemory } from './claims/memory.js';
import { highestMutualInformation } from './claims/mutual-information.js';
import { littleTime } from './claims/time.js';

test('features: norms, entropies, mutual information and gradients, as the paper has them and otherwise', () => {
  const features = (of: (label: string, random: number) => Reached) =>
    syntheticEvidence({
      methods: ['plain', 'adarand', 'uniform'],
      run: ({ label, seed }) => of(label, at(noise, seed)),
    });
  const asInPaper = features((label, random) =>
    label === 'plain'
      ? { norms: [20, 23 + random / 9], entropy: 340 + random, mutualInformation: 18, headGradient: 0.7 }
      : label === 'adarand'
        ? { norms: [19, 21], entropy: 385, mutualInformation: 34 + random, headGradient: 0.58 + random / 99 }
        : { norms: [17, 8 + random / 9], entropy: 265 + random, mutualInformation: 28, headGradient: 0.45 },
  );
  for (const claim of [keepsTheNorm, highestEntropy, highestMutualInformation, smallerHeadGradient])
    assert.equal(verdictOf(claim, asInPaper), 'holds here', claim.title);
  const plain = { norms: [20, 23], entropy: 340, mutualInformation: 18, headGradient: 0.7 } as const;
  const same = features((_, random) => ({
    norms: [20, 23 + random / 9],
    entropy: 340 + random,
    mutualInformation: 18 + random / 9,
    headGradient: 0.7 + random / 99,
  }));
  // The same noise in all is no difference without a spread; what RandReg's norm does over the epochs has one.
  assert.equal(verdictOf(keepsTheNorm, same), 'does not hold here');
  // One part is enough for a claim not to hold.
  const below = features((label, random) =>
    label === 'adarand'
      ? {
          ...plain,
          entropy: 300 + random,
          mutualInformation: 18 + random / 9,
          headGradient: 0.8 + random / 99,
        }
      : { ...plain, entropy: label === 'plain' ? 340 : 200 },
  );
  const verdicts = partsOf(highestEntropy, below).map(({ verdict }) => verdict);
  assert.deepEqual(verdicts, ['does not hold here', 'holds here']);
  for (const claim of [highestEntropy, highestMutualInformation, smallerHeadGradient])
    assert.equal(verdictOf(claim, below), 'does not hold here', claim.title);
});

test('entropies are compared by the number of features', () => {
  const evidence = syntheticEvidence({
    methods: ['plain', 'adarand', 'uniform'],
    run: ({ label, seed }) => ({ entropy: 300 + (label === 'adarand' ? 45 + at(noise, seed) : 0) }),
  });
  const { mean, paper } = findingOf(highestEntropy, evidence);
  assert.ok(Math.abs(mean - 0.45) < 1e-9 && Math.abs(paper - 920 / 2048) < 1e-12);
});

test("costs hold up to the paper's, and not above", () => {
  const taking = (seconds: number, memory: number | null = null) =>
    syntheticEvidence({
      methods: ['plain', 'adarand'],
      run: ({ label, seed }) =>
        label === 'adarand'
          ? { seconds: seconds * 1.02 ** at(noise, seed), memory }
          : { seconds: 1, memory: memory === null ? null : 1000 },
    });
  assert.equal(verdictOf(littleTime, taking(1.2)), 'holds here');
  assert.equal(verdictOf(littleTime, taking(1.7)), 'does not hold here');
  assert.equal(verdictOf(littleTime, taking(1.42)), 'cannot be told');
  const { mean } = findingOf(littleTime, taking(1.2));
  assert.ok(Math.abs(mean + Math.log(1.2)) < 1e-6);
  assert.match(missingOf(littleMemory, taking(1.2)), /a process of their own/);
  // Measured once: a number without an interval.
  const once = syntheticEvidence({
    methods: ['plain', 'adarand'],
    run: ({ label, seed, dataset }) => ({
      memory: seed === 0 && dataset === 'a' ? (label === 'adarand' ? 1100 : 1000) : null,
    }),
  });
  const found = findingOf(littleMemory, once);
  assert.ok(Math.abs(found.mean + Math.log(1.1)) < 1e-9);
  assert.deepEqual([found.pOfNone, found.sample.without], [undefined, ['b']]);
});
