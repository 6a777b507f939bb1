/** The process that keeps a classifier open and answers for images. Started by `classifier-process.ts`. */

import { toFailure } from '../process/failure.js';
import { incompleteInstall } from '../process/incomplete-install.js';
import { endWithParent } from '../process/parent-watch.js';
import type { FromClassifier, ToClassifier } from './messages.js';
import type { AnswerImage } from './open-answers.js';

// Loading what computes takes longer than anything else here: it begins before it is known what is to be opened.
const loading = import('./open-answers.js');
loading.catch(() => {}); // told by `open`

endWithParent(Number(process.argv[2]));
process.on('disconnect', () => process.exit(0));

let opening: Promise<AnswerImage> | undefined;

process.on('message', (message) => {
  if (!isToClassifier(message)) throw new Error('a message that is none of ours');
  if (message.type === 'open') opening = open(message);
  else void answer(message);
});

/** Messages come from `ClassifierProcess`, which is of the same package and compiled with their types. */
function isToClassifier(message: unknown): message is ToClassifier {
  return typeof message === 'object' && message !== null && 'type' in message;
}

async function open(message: Extract<ToClassifier, { readonly type: 'open' }>): Promise<AnswerImage> {
  try {
    const { openAnswers } = await loading;
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
