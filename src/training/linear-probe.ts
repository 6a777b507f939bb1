import { at } from '../errors.js';
import type { LabelledFeatures, PrepareTools } from '../methods/prepare.js';
import { type LinearClassifier, LogisticRegression } from '../methods/shared/logistic-regression.js';
import { logSumExp } from './log-sum-exp.js';

/** Factors of 1/2 ||W||^2 to choose from, for features whose mean square is 1: from strong to weak. */
const STRENGTHS = [1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001];

/** The one that is taken where there are no validation images to choose by. */
const UNCHOSEN = 0.1;

/**
 * The head of a linear probe: multinomial logistic regression on the pretrained network's features of the training
 * images, as strongly penalised as is best for the cross-entropy of the validation images. Fine-tuning that starts
 * from it distorts the features less than from a random head (Kumar et al., ICLR 2022, arXiv 2202.10054).
 */
export async function linearProbe(tools: PrepareTools): Promise<LinearClassifier> {
  const train = await tools.features('train');
  const samples = { ...train, classes: tools.classes, intercept: true };
  const regression = await LogisticRegression.compile(samples, (outputs) => tools.compile(outputs));
  const { data } = train.features;
  const meanSquare = data.reduce((sum, g) => sum + g * g, 0) / Math.max(1, data.length);
  try {
    if (tools.count('val') === 0)
      return await regression.fit(UNCHOSEN * meanSquare, { onEvaluation: () => tools.progress(0, 1) });
    const val = await tools.features('val');
    const fits: { readonly head: LinearClassifier; readonly loss: number }[] = [];
    for (const strength of STRENGTHS) {
      const onEvaluation = () => tools.progress(fits.length, STRENGTHS.length);
      const head = await regression.fit(strength * meanSquare, { onEvaluation });
      fits.push({ head, loss: crossEntropyOf(head, val) });
      tools.progress(fits.length, STRENGTHS.length);
    }
    return fits.reduce((best, fit) => (fit.loss < best.loss ? fit : best)).head;
  } finally {
    await regression.release();
  }
}

/** Mean over images, in nats. */
function crossEntropyOf({ weight, bias }: LinearClassifier, { features, labels }: LabelledFeatures): number {
  const d = at(features.shape, 1);
  let total = 0;
  labels.forEach((label, i) => {
    const g = features.data.subarray(i * d, (i + 1) * d);
    const logits = bias.data.map((b, k) => g.reduce((sum, x, j) => sum + x * at(weight.data, k * d + j), b));
    total += logSumExp(logits) - at(logits, label);
  });
  return total / labels.length;
}
