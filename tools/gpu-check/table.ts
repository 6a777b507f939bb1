import { formatTable } from '../../src/figures/table.js';
import type { CheckResult, StepResult } from './result.js';

/** What was found, for the terminal and for documents. */
export function asText(result: CheckResult): string {
  const titles = (names: readonly string[]) => names.map((title) => ({ title }));
  return [
    `${result.machine}, ${result.date.slice(0, 10)}`,
    ...result.cards.map((card) => `card: ${card} MiB`),
    Object.entries(result.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    '',
    formatTable(
      titles([
        'step',
        'contestant',
        'ms',
        'quartiles',
        'images/s',
        'PyTorch / it',
        'memory, MB',
        'first step, s',
        'loss, error',
      ]),
      result.steps.map((step) => row(step, result.steps)),
    ),
    '',
    formatTable(
      titles(['fine-tuning of MobileNetV2 on grocery50', 's', 'test accuracy']),
      result.jobs.map(({ contestant, seconds, accuracy, failed }) => [
        contestant,
        seconds?.toFixed(1) ?? `failed: ${failed}`,
        accuracy === undefined ? '' : (100 * accuracy).toFixed(1),
      ]),
    ),
    '',
    ...result.resumed.map(
      ({ device, same, told }) =>
        `killed and resumed on ${device}: ${same ? 'the same' : 'DIFFERS'}, ${told}`,
    ),
    `${result.seconds.toFixed(0)} s in all`,
  ].join('\n');
}

function row(step: StepResult, all: readonly StepResult[]): string[] {
  const { backbone, batch, contestant, milliseconds, startSeconds, deviceBytes, lossError, failed } = step;
  const name = `${backbone}, ${batch} images`;
  if (milliseconds === undefined) return [name, contestant, `failed: ${failed?.split('\n')[0]}`];
  const [median, low, high] = milliseconds;
  const rival = all.find(
    (other) => other.backbone === backbone && other.contestant === 'PyTorch, fine-tuning',
  );
  const ratio = rival?.milliseconds === undefined ? '' : (rival.milliseconds[0] / median).toFixed(2);
  return [
    name,
    contestant,
    median.toFixed(1),
    `${low.toFixed(1)}-${high.toFixed(1)}`,
    ((1000 * batch) / median).toFixed(0),
    contestant.startsWith('PyTorch') ? '' : ratio,
    deviceBytes === undefined ? '' : (deviceBytes / 1e6).toFixed(0),
    startSeconds?.toFixed(1) ?? '',
    lossError?.toExponential(1) ?? '',
  ];
}
