import { crossEntropyOf } from '../analysis/softmax.js';
import { floatsOf, type Tensor } from '../graph/tensor.js';
import { input } from '../graph/value.js';
import type { LabelledFeatures, PrepareTools } from '../methods/prepare.js';
import { type LinearClassifier, LogisticRegression } from '../methods/shared/logistic-regression.js';
import { linear } from '../nn/functional.js';

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
    return await bestFit(regression, meanSquare, tools);
  } finally {
    await regression.release();
  }
}

/** The fit with the least cross-entropy on the validation images. */
async function bestFit(
  regression: LogisticRegression,
  meanSquare: number,
  tools: PrepareTools,
): Promise<LinearClassifier> {
  const loss = await crossEntropyOn(await tools.features('val'), tools);
  const fits: { readonly head: LinearClassifier; readonly loss: number }[] = [];
  try {
    for (const strength of STRENGTHS) {
      const onEvaluation = () => tools.progress(fits.length, STRENGTHS.length);
      const head = await regression.fit(strength * meanSquare, { onEvaluation });
      fits.push({ head, loss: await loss.of(head) });
      tools.progress(fits.length, STRENGTHS.length);
    }
  } finally {
    await loss.release();
  }
  return fits.reduce((best, fit) => (fit.loss < best.loss ? fit : best)).head;
}

/** The cross-entropy of classifiers on the same images: mean over images, in nats. */
async function crossEntropyOn({ features, labels }: LabelledFeatures, tools: PrepareTools) {
  const { classes, featureSize } = tools;
  const feed = (name: string, shape: readonly number[]) => input(name, { dtype: 'float32', shape });
  const weight = feed('weight', [classes, featureSize]);
  const logits = linear(feed('features', features.shape), weight, feed('bias', [classes]));
  const computation = await tools.compile(new Map([['logits', logits]]));
  return {
    async of(head: LinearClassifier): Promise<number> {
      const feeds = new Map<string, Tensor>([
        ['features', features],
        ['weight', head.weight],
        ['bias', head.bias],
      ]);
      const { data } = floatsOf(await computation.run(feeds), 'logits');
      const losses = Array.from(labels, (label, i) => {
        const row = data.subarray(i * classes, (i + 1) * classes);
        return crossEntropyOf(row, label);
      });
      return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    },
    release: () => computation.release(),
  };
}
