import { percentOf } from '../../run/options/percent-of.js';
import type { ReadyPlace } from './check-experiment.js';
import { methodPath, type Problem, placeOfFlag } from './place-of-error.js';
import type { CompareRequest } from './request.js';
import { methodAt } from './run-options.js';

/** A method without its losses is another one, under its name. */
const withoutEffect = /\bchanges? nothing\b|^--lambda 0 leaves out the losses\b/;

/** Options without effect: those of one method, and those of all that change nothing for any of them. */
export function effectProblems(ready: readonly ReadyPlace[], request: CompareRequest): Problem[] {
  const problem = (path: Problem['path'], message: string): Problem => ({
    path,
    code: 'compare.no-effect',
    message,
    hint: 'Leave it out.',
  });
  return ready.flatMap(({ run, answer }) =>
    answer.remarks
      .filter((text) => withoutEffect.test(text))
      .flatMap((text) => {
        const path = placeOfFlag(text, run, request);
        if (path === undefined) {
          const isOwn =
            text.startsWith('the options of ') && Object.keys(methodAt(run, request).options).length > 0;
          return isOwn ? [problem(methodPath(run, request), text)] : [];
        }
        const isOwn = path[0] === 'methods';
        const [flag = ''] = text.split(' ');
        const isForAll = ready.every(({ answer: { remarks } }) =>
          remarks.some((other) => other.startsWith(`${flag} `) && withoutEffect.test(other)),
        );
        return isOwn || isForAll ? [problem(path, text)] : [];
      }),
  );
}

/** What is to be said once of all runs, with the methods that it is about. */
export function remarksOf(ready: readonly ReadyPlace[], request: CompareRequest): string[] {
  const methods = new Map<string, Set<string>>();
  for (const { run, answer } of ready)
    for (const text of answer.remarks) {
      // Of an option that nobody gave, nobody has to hear.
      if (text.startsWith('--') && placeOfFlag(text, run, request) === undefined) continue;
      methods.set(text, (methods.get(text) ?? new Set()).add(run.method));
    }
  const said = Array.from(methods, ([text, of]) =>
    of.size === request.methods.length ? text : `${[...of].join(', ')}: ${text}`,
  );
  return [...said, ...new Set(ready.flatMap(smallClasses))];
}

function smallClasses({ run: { dataset, fraction }, answer: { least } }: ReadyPlace): string[] {
  if (least.length === 0) return [];
  const names = `${least.slice(0, 5).join(', ')}${least.length > 5 ? ' and others' : ''}`;
  return [
    `${percentOf(fraction)} % of ${dataset} are less than half an image of ${least.length} classes, which keep one each: ${names}`,
  ];
}
