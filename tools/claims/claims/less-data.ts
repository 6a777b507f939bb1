import { at } from '../../../src/errors.js';
import type { Claim } from '../claim.js';
import { adaRand, fineTuning } from '../contestants.js';
import { gainAt, gains } from '../paper.js';
import { accuracyOf, combined } from '../parts.js';
import { points } from '../units.js';

/** The gain on the smaller share of the training images, less that on the larger one. */
export const gainsMoreWithLessData: Claim = {
  title: 'AdaRand gains more with fewer images',
  paper: `${Array.from(gains, ([share, gain]) => `${points.text(gain)} with ${100 * share} %`).join(', ')} (Tables 4 and 2)`,
  shares: 2,
  parts: [
    {
      title: '(AdaRand - fine-tuning) with fewer images - the same with more',
      unit: points,
      kind: 'difference',
      paperIn: (shares = [0.1, 1]) => gainAt(at(shares, 0)) - gainAt(at(shares, 1)),
      needs: [
        { contestant: adaRand, share: 'less' },
        { contestant: fineTuning, share: 'less' },
        { contestant: adaRand, share: 'more' },
        { contestant: fineTuning, share: 'more' },
      ],
      valueOf: (runs) =>
        combined(runs.map(accuracyOf), (accuracies) => {
          const gain = (i: number) => at(accuracies, i) - at(accuracies, i + 1);
          return gain(0) - gain(2);
        }),
    },
  ],
};
