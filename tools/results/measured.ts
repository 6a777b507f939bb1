import { wrapped } from '../../src/cli/format.js';
import type { Machine } from '../../src/run/folder/describe-machine.js';

/** When (ISO 8601), and how long it took, where that was measured. */
export interface Measured {
  readonly date: string;
  readonly seconds?: number;
}

/** The sentence that belongs to every table of docs/results.md, as a paragraph of its own. */
export function measuredOn(machine: Machine, measured: Measured): string {
  return paragraph(measuredSentence(machine, measured));
}

export function measuredSentence(
  { cpu, cores, node, versions }: Machine,
  { date, seconds }: Measured,
): string {
  const time = seconds === undefined ? '' : `, in ${Math.round(seconds)} s`;
  return (
    `Measured on ${date}, on ${cores} cores of ${cpu}, with Node ${node}, onnxruntime-node ` +
    `${versions['onnxruntime-node']} and adarand ${versions.adarand}${time}.`
  );
}

export const paragraph = (text: string) => wrapped(text.split(' '), 120).join('\n');
