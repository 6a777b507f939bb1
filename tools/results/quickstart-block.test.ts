import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageFolder } from '../../src/package.js';
import { someMachine } from '../../test/helpers/machine.js';
import { quickstartBlock } from './quickstart-block.js';

const run = (test_accuracy: number) => ({ run: 'runs/x', test_accuracy });

test('the figures of a quickstart, with what they were measured on', () => {
  const block = quickstartBlock(
    [
      { title: 'Fine-tuning', runs: [run(0.88), run(0.9)] },
      { title: 'AdaRand', runs: [run(0.89), run(0.91)] },
    ],
    someMachine,
    { date: '2026-11-27', seconds: 61.4 },
  );
  assert.equal(
    block,
    `| method      |   test accuracy, % | per seed     |
| ----------- | -----------------: | ------------ |
| Fine-tuning | 89.00 ± 1.41 (n=2) | 88.00  90.00 |
| AdaRand     | 90.00 ± 1.41 (n=2) | 89.00  91.00 |

AdaRand - Fine-tuning, paired by seed: +1.00 points, 95 % interval +1.00 to +1.00: AdaRand is better here. The README's
picture shows the first seed: Fine-tuning 88.00 %, AdaRand 89.00 %.

Measured on 2026-11-27, on 2 cores of Some CPU, with Node 20.20.0, onnxruntime-node 1.30.0 and adarand 0.1.0, in 61 s.`,
  );
});

test("the README's picture shows the seed that the results say", async () => {
  const read = (path: string) => readFile(join(packageFolder(), path), 'utf8');
  const results = await read('docs/results.md');
  const picture = await read('assets/quickstart-features.svg');
  const said = /shows\s+the\s+first\s+seed:([\s\S]*?)\.\n/.exec(results)?.[1]?.matchAll(/(\d+\.\d\d)\s%/g);
  const accuracies = Array.from(said ?? [], ([, accuracy]) => Number(accuracy));
  assert.equal(accuracies.length, 2);
  for (const accuracy of accuracies) assert.ok(picture.includes(accuracy.toFixed(1)), `${accuracy}`);
});
