/** A process that takes the lock given as its argument at the millisecond that it is sent, and releases it. */
import { AdarandError } from '../../src/errors.js';
import { acquireLock, type Lock } from '../../src/files/lock.js';

const [, , path = ''] = process.argv;
let held: Lock | undefined;

process.on('message', (message: 'release' | { readonly start: number }) => {
  if (message === 'release') {
    held?.release();
    held = undefined;
    answer('released');
    return;
  }
  while (Date.now() < message.start); // all begin together
  try {
    held = acquireLock(path, { code: 'run.locked', doing: 'working on this run' });
    answer('acquired');
  } catch (error) {
    answer(error instanceof AdarandError ? error.code : String(error));
  }
});
answer('ready');

function answer(word: string): void {
  process.send?.(word);
}
