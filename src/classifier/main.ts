/** The process that keeps a classifier open and answers for one image after the other. Started by `classifier.ts`. */

import { incompleteInstall } from '../process/incomplete-install.js';
import { toFailure } from '../process/messages.js';
import { endWithParent } from '../process/parent-watch.js';
import type { AnswerImage } from './answer-image.js';
import { type FromClassifier, toClassifierSchema } from './messages.js';

endWithParent(Number(process.argv[2]));
process.on('disconnect', () => process.exit(0));

let opening: Promise<AnswerImage> | undefined;

process.on('message', (raw) => {
  const message = toClassifierSchema.parse(raw);
  if (message.type === 'open') opening = open(message);
  else void answer(message);
});

async function open(
  message: Parameters<typeof import('./answer-image.js')['openAnswers']>[0],
): Promise<AnswerImage> {
  try {
    const { openAnswers } = await import('./answer-image.js');
    const { opened, answer } = await openAnswers(message);
    send(opened);
    return answer;
  } catch (error) {
    send(toFailure(incompleteInstall(error) ?? error));
    return new Promise(() => {});
  }
}

async function answer({ id, ...sent }: Parameters<AnswerImage>[0] & { readonly id: number }): Promise<void> {
  try {
    const image = await opening;
    if (image !== undefined) send({ type: 'outputs', id, ...(await image(sent)) });
  } catch (error) {
    send({ ...toFailure(error), id });
  }
}

function send(message: FromClassifier): void {
  if (process.connected) process.send?.(message);
}
