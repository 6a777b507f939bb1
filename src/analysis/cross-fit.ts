import { answersAt } from './answers-at.js';
import type { Answer } from './calibration.js';
import { fitTemperature, type LabelledLogits } from './temperature.js';

/**
 * Answers at a temperature that was fitted to other images of the same set: of those at even places to those at odd ones, and
 * the other way round. Where images are in the order of their classes, so each half has every class. Undefined where a half
 * has no temperature that fits, or no image.
 */
export function crossFittedAnswers(samples: LabelledLogits): Answer[] | undefined {
  const halves = [half(samples, 0), half(samples, 1)] as const;
  if (halves.some(({ labels }) => labels.length === 0)) return undefined;
  const [even, odd] = [fitTemperature(halves[0]), fitTemperature(halves[1])];
  if (even === undefined || odd === undefined) return undefined;
  return [...answersAt(halves[0], odd), ...answersAt(halves[1], even)];
}

/** The images at even (0) or odd (1) places. */
function half({ logits, labels, classes }: LabelledLogits, parity: 0 | 1): LabelledLogits {
  const isIn = (_: unknown, i: number) => i % 2 === parity;
  const rows = logits.filter((_, place) => isIn(_, Math.floor(place / classes)));
  return { logits: rows, labels: labels.filter(isIn), classes };
}
