import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adarand, jsonLines } from '../../test/helpers/cli.js';

/** What is given to `printJson` has to have one, or does not compile; these are commands whose lines are many. */
test('every line of --json says by its type what it is', async () => {
  for (const words of [['methods'], ['methods', 'bss'], ['models'], ['predict', 'nowhere', 'x.png']]) {
    const { stdout } = await adarand('.', ...words, '--json');
    const types = jsonLines(stdout).map(({ type }) => typeof type);
    assert.ok(types.length > 0);
    assert.deepEqual([...new Set(types)], ['string'], words.join(' '));
  }
});
