import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordedRun } from '../../../test/helpers/report-runs.js';
import { repeatCommand } from './repeat-command.js';

test('a run of so many minutes is repeated by its epochs, in another folder', () => {
  const { record } = recordedRun({ accuracy: 1 });
  const command = repeatCommand({
    ...record,
    options: { ...record.options, minutes: 3, epochs: 7, out: 'runs/a' },
  });
  assert.match(command, /train \/data\/flowers --model sample/);
  assert.match(command, /--epochs 7/);
  assert.doesNotMatch(command, /--minutes|--out|runs\/a/);
});
