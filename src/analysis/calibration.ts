import { at } from '../errors.js';

/** An answer: the probability that it had, and whether it was right. */
export interface Answer {
  readonly probability: number;
  readonly right: boolean;
}

/** The answers whose probabilities lie above `low`, and at most at `high`. */
export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly images: number;
  /** Mean probability; NaN without images. */
  readonly confidence: number;
  /** NaN without images. */
  readonly accuracy: number;
}

/** Answers in `bins` equal ranges of probability, as in Guo et al., ICML 2017 (arXiv 1706.04599), who take 15. */
export function reliabilityBins(answers: readonly Answer[], bins = 15): ReliabilityBin[] {
  const members = Array.from({ length: bins }, (): Answer[] => []);
  for (const answer of answers) {
    const bin = Math.min(bins, Math.max(1, Math.ceil(answer.probability * bins)));
    at(members, bin - 1).push(answer);
  }
  return members.map((inside, i) => ({
    low: i / bins,
    high: (i + 1) / bins,
    images: inside.length,
    confidence: inside.reduce((sum, { probability }) => sum + probability, 0) / inside.length,
    accuracy: inside.filter(({ right }) => right).length / inside.length,
  }));
}

/** ECE: mean over images of the distance between the accuracy and the mean probability of their bins. 0 to 1. */
export function calibrationError(bins: readonly ReliabilityBin[]): number {
  const filled = bins.filter(({ images }) => images > 0);
  const images = filled.reduce((sum, bin) => sum + bin.images, 0);
  return filled.reduce(
    (sum, bin) => sum + (bin.images / images) * Math.abs(bin.accuracy - bin.confidence),
    0,
  );
}
