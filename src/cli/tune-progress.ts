import { duration } from '../duration.js';
import type { TuneEvent } from '../experiments/tune/events.js';
import { percent } from '../format-accuracy.js';
import { short } from './format.js';
import { printJson } from './json.js';
import { lineOf, type Output } from './line.js';

/** Shows a search: a line for each of its runs, and how far the present one has come. */
export function createTuneProgress({ json, output = process.stdout }: { json: boolean; output?: Output }): {
  readonly onEvent: (event: TuneEvent) => void;
  end(): void;
} {
  // What is said of the data, or of options, is said once.
  const shown = new Set<string>();
  if (json)
    return {
      onEvent(event) {
        if (event.type !== 'run-event') return printJson(event);
        const { event: inner } = event;
        if (inner.type !== 'data' && inner.type !== 'remark') return;
        const text = inner.type === 'data' ? inner.lines.join('\n') : inner.text;
        if (!shown.has(text)) printJson(inner);
        shown.add(text);
      },
      end() {},
    };
  const line = lineOf(output);
  let running = '';
  let number = 0;
  return {
    onEvent(event) {
      if (event.type === 'trial') {
        const { method, epochs, fold, run, seconds_left: left } = event;
        number += 1;
        running =
          run === 'best'
            ? 'the best one'
            : `run ${number}, ${method}, ${epochs} epochs${fold === 0 ? '' : `, cut ${fold + 1}`}`;
        if (left !== null) running += `, ${duration(left)} left in all`;
        line.update(`${running} ...`);
      } else if (event.type === 'tried') line.print(describe(event, number));
      else if (event.type === 'remark') line.print(event.text);
      else {
        const { event: inner } = event;
        if (inner.type === 'step')
          line.update(`${running}  epoch ${inner.epoch}  step ${inner.step}/${inner.totalSteps}`);
        else if (inner.type === 'progress')
          line.update(`${running}  ${inner.phase} ${inner.done}/${inner.total}`);
        else if (inner.type === 'data' || inner.type === 'remark') {
          for (const text of inner.type === 'data' ? inner.lines : [inner.text]) {
            if (!shown.has(text)) line.print(text);
            shown.add(text);
          }
        }
      }
    },
    end: () => line.clear(),
  };
}

function describe(tried: Extract<TuneEvent, { type: 'tried' }>, number: number): string {
  const { method, configuration, learning_rate, lambda, augment, label_smoothing, epochs, fold } = tried;
  const { val_accuracy, seconds } = tried;
  const what = configuration === 0 ? 'defaults' : `configuration ${configuration}`;
  return (
    `run ${number}  ${method}, ${what}: lr ${short(learning_rate)}, lambda ${short(lambda)}, ${augment}, ` +
    `${label_smoothing === 0 ? '' : `label smoothing ${short(label_smoothing)}, `}${epochs} epochs` +
    `${fold === 0 ? '' : `, cut ${fold + 1}`}  val ${percent(val_accuracy)}  ${duration(seconds)}`
  );
}
