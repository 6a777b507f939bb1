import { duration } from '../duration.js';
import type { CompareEvent } from '../experiments/compare/events.js';
import type { ExperimentRun, TriedConfiguration } from '../experiments/compare/record.js';
import { percent } from '../format-accuracy.js';
import { percentOf } from '../run/options/percent-of.js';
import { short } from './format.js';
import { printJson } from './json.js';
import { lineOf, type Output } from './line.js';

/** Shows an experiment: a line for each of its runs, and how far those have come that are going on. */
export function createCompareProgress({
  json,
  output = process.stdout,
}: {
  json: boolean;
  output?: Output;
}): {
  readonly onEvent: (event: CompareEvent) => void;
  end(): void;
} {
  if (json)
    return {
      onEvent: (event) => {
        if (event.type !== 'run-event' && event.type !== 'check-event') printJson(event);
      },
      end() {},
    };
  const line = lineOf(output);
  const shown = new Set<string>();
  /** Which run each is that is going on, and how far it has come, by its folder. */
  const going = new Map<string, { readonly title: string; readonly where: string }>();
  let total = 0;
  let left: number | null = null;
  /** What the time is that is left. */
  let of = 'in all';
  const update = () => {
    const rest = left === null ? '' : `, ${duration(left)} left ${of}`;
    line.update(`${[...going.values()].map(({ title, where }) => `${title} ${where}`).join('; ')}${rest}`);
  };
  const move = (run: string, where: string) => {
    const begun = going.get(run);
    if (begun !== undefined) going.set(run, { ...begun, where });
  };
  return {
    onEvent(event) {
      switch (event.type) {
        case 'experiment':
          total = event.runs;
          line.print(introduction(event));
          return;
        case 'measuring':
          line.update(
            `measuring ${event.number}/${event.total}: ${event.run.method}, ${percentOf(event.run.fraction)} %`,
          );
          return;
        case 'trial-begins':
          left = event.seconds_left;
          of = 'of the search';
          going.set(event.trial.run, { title: `search ${event.number}/${event.total}`, where: '...' });
          update();
          return;
        case 'trial-ended':
          left = event.seconds_left;
          going.delete(event.tried.run);
          line.print(`search ${event.number}/${event.total}  ${tried(event.tried)}`);
          return;
        case 'chosen':
          for (const { dataset, model, method, fraction, configuration, options } of event.chosen)
            line.print(
              `chosen for ${dataset}, ${model}, ${method}, ${percentOf(fraction)} %: ${configuration === 0 ? 'the defaults' : describeOptions(options)}`,
            );
          return;
        case 'run-begins':
          left = event.seconds_left;
          of = 'in all';
          going.set(event.run.run, { title: `run ${event.number}/${total}`, where: '...' });
          update();
          return;
        case 'run-ended':
          left = event.seconds_left;
          going.delete(event.run.run);
          line.print(`run ${event.number}/${total}  ${ended(event.run, event.test_accuracy)}`);
          return;
        case 'checked':
          for (const { lines } of event.data) for (const text of lines) line.print(text);
          for (const text of event.remarks) line.print(text);
          for (const text of event.known) shown.add(text);
          return;
        case 'check-event':
          if (event.event.type === 'progress')
            line.update(`checking: ${event.event.phase} ${event.event.done}/${event.event.total}`);
          return;
        case 'run-event': {
          const { event: inner, run } = event;
          if (inner.type === 'step')
            move(run, ` epoch ${inner.epoch}  step ${inner.step}/${inner.totalSteps}`);
          else if (inner.type === 'progress') move(run, ` ${inner.phase} ${inner.done}/${inner.total}`);
          else if (inner.type === 'remark' && !shown.has(inner.text)) {
            line.print(inner.text);
            shown.add(inner.text);
          }
          update();
        }
      }
    },
    end: () => line.clear(),
  };
}

function introduction({
  path,
  runs,
  left,
  parallel,
  threads,
}: Extract<CompareEvent, { type: 'experiment' }>): string {
  const rest = left === runs ? `${runs} runs` : `${left} of ${runs} runs left`;
  const beside = parallel === 1 ? 'one after another' : `${parallel} side by side`;
  return `${path}: ${rest}, ${beside}, ${threads} ${threads === 1 ? 'thread' : 'threads'} each`;
}

function tried(one: TriedConfiguration): string {
  const { dataset, model, method, fraction, configuration } = one;
  const what = `${dataset}, ${model}, ${method}, ${percentOf(fraction)} %, ${configuration === 0 ? 'defaults' : `configuration ${configuration}`}`;
  if (one.status === 'failed') return `${what}: FAILED, ${one.error.message} (${one.error.code})`;
  const { learning_rate: rate, lambda, val_accuracy: accuracy, seconds } = one;
  return `${what}: lr ${short(rate)}, lambda ${short(lambda)}  val ${percent(accuracy)}  ${duration(seconds)}`;
}

function describeOptions(options: Readonly<Record<string, unknown>>): string {
  return Object.entries(options)
    .map(([name, value]) => `${name} ${short(value)}`)
    .join(', ');
}

function ended(run: ExperimentRun, accuracy: number | null): string {
  const { dataset, model, method, fraction, seed } = run;
  const what = `${dataset}, ${model}, ${method}, ${percentOf(fraction)} %, seed ${seed}`;
  switch (run.status) {
    case 'planned':
      return what;
    case 'finished':
      return `${what}: test ${accuracy === null ? 'none' : percent(accuracy)}  ${duration(run.seconds)}`;
    case 'failed':
      return `${what}: FAILED, ${run.error.message} (${run.error.code})`;
  }
}
