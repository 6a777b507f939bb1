import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import { testFolder } from '../../../test/helpers/cli.js';
import { AdarandError } from '../../errors.js';
import { deletedWeights } from './deleted-weights.js';
import { continuedOtherwise } from './not-a-run.js';
import { RunFolder } from './run-folder.js';

describe('a path that is no run', () => {
  const { inside } = testFolder();
  const write = (...names: readonly string[]) => {
    for (const name of names) {
      mkdirSync(dirname(inside(name)), { recursive: true });
      writeFileSync(inside(name), '');
    }
  };
  /** Code and hint of the error for it. */
  const told = async (path: string) => {
    const error = await RunFolder.open(inside(path)).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof AdarandError);
    assert.equal(error.code, 'run.not-a-run');
    return error.hint?.replaceAll(`${inside()}/`, '');
  };

  test('is told with the run to give instead', async () => {
    write('runs/a/run.json', 'runs/a/model.onnx', 'runs/a/checkpoints/last.safetensors', 'runs/b/run.json');
    assert.equal(await told('runs/a/model.onnx'), 'It is inside a run: give its folder, runs/a.');
    assert.equal(
      await told('runs/a/checkpoints/last.safetensors'),
      'It is inside a run: give its folder, runs/a.',
    );
    assert.equal(await told('runs'), 'It is a folder of 2 runs: give one of them, such as runs/a.');
    write('other/x.txt');
    assert.equal(await told('other'), 'Give the folder of a run: `run.json` is in it.');
  });

  test('is told with what serves it, where it is an exported folder', async () => {
    write('exported/config.json', 'exported/onnx/model.onnx');
    assert.match(`${await told('exported')}`, /`.* serve exported` answers with it, and so does `load`/);
  });

  test('is a search, with its best run as soon as there is one', async () => {
    write('search/tune.json', 'search/trials/x-0/run.json');
    assert.match(`${await told('search')}`, /has not ended\. Continue it with: .* tune --resume search$/);
    assert.match(`${continuedOtherwise(inside('search'))?.hint}`, /: .* tune --resume \S*search$/);
    write('search/best/run.json');
    assert.equal(await told('search'), 'It is a search: give its best run, search/best.');
    assert.equal(continuedOtherwise(inside('search/best')), undefined);
  });

  test('is a comparison, with a run that has its weights', async () => {
    write('cmp/experiment.json', 'cmp/runs/x-0/run.json', 'cmp/runs/x-1/run.json');
    assert.match(`${await told('cmp')}`, /its runs are in cmp\/runs, and have no weights without --keep-wei/);
    assert.match(`${continuedOtherwise(inside('cmp'))?.hint}`, /: .* compare --resume \S*cmp$/);
    write('cmp/runs/x-1/model.onnx');
    assert.equal(await told('cmp'), 'It is a comparison: give one of its runs, such as cmp/runs/x-1.');
  });

  test('of a run in one of them, weights that are gone were deleted', () => {
    write('cmp2/experiment.json', 'cmp2/runs/x/run.json', 'cmp2/search/x-0/run.json', 'alone/run/run.json');
    const hint = (path: string) => deletedWeights(inside(path))?.hint ?? 'none';
    assert.match(hint('cmp2/runs/x'), /^Compare again with --keep-weights/);
    assert.match(hint('cmp2/search/x-0'), /^No run of a search inside a comparison is kept/);
    write('t/tune.json', 't/trials/x/run.json');
    assert.match(hint('t/trials/x'), /when the search has ended/);
    assert.equal(deletedWeights(inside('alone/run')), undefined);
    for (const [code, advice] of [
      ['training.diverged', /^Compare again with other options, into a new folder\. Take a smaller one\.$/],
      ['files.read', /^Once its cause is removed, train it again: .*compare --resume \S*cmp3 --retry$/],
    ] as const) {
      write('cmp3/runs/x/run.json', 'cmp3/runs/y/run.json');
      const error = { code, message: 'the loss is NaN', hint: 'Take a smaller one.' };
      const runs = [
        { run: 'runs/x', status: 'failed', error },
        { run: 'runs/y', status: 'finished' },
      ];
      writeFileSync(inside('cmp3/experiment.json'), JSON.stringify({ runs, tried: [] }));
      assert.match(
        `${deletedWeights(inside('cmp3/runs/x'))?.message}`,
        new RegExp(`x failed, and has no weights: the loss is NaN \\(${code}\\)$`),
      );
      assert.match(hint('cmp3/runs/x'), advice);
      assert.match(hint('cmp3/runs/y'), /^Compare again with --keep-weights/);
    }
    write('cmp2/runs/x/checkpoints/last.safetensors');
    assert.equal(deletedWeights(inside('cmp2/runs/x')), undefined);
  });
});
