import { add } from '../../graph/operators/add.js';
import { cast } from '../../graph/operators/cast.js';
import { div } from '../../graph/operators/div.js';
import { gather } from '../../graph/operators/gather.js';
import { matmul } from '../../graph/operators/matmul.js';
import { max } from '../../graph/operators/max.js';
import { mul } from '../../graph/operators/mul.js';
import { reduceMean } from '../../graph/operators/reduce-mean.js';
import { reduceSum } from '../../graph/operators/reduce-sum.js';
import { softmax } from '../../graph/operators/softmax.js';
import { sub } from '../../graph/operators/sub.js';
import { transpose } from '../../graph/operators/transpose.js';
import { scalar, type Value } from '../../graph/value.js';
import { unitRows } from '../shared/distances.js';
import { oneHotRows } from './feature-bank.js';
import { rotation } from './rotation.js';

/** Features of the same M images by two networks, and the images' classes. */
export interface Banks {
  /** [M, d], by the source network. */
  readonly source: Value;
  /** [M, d], by the network that is trained, each at the time when it came in. */
  readonly downstream: Value;
  /** [M], class indices as floats. */
  readonly labels: Value;
}

export interface CalibrationOptions {
  readonly rotate: boolean;
  /** Whether vectors are brought to unit length, before and after. */
  readonly normalize: boolean;
}

/** More than any two logits differ by. */
const FAR = 1e9;

/**
 * Source features v^p moved to where the downstream features v^d of their classes are (DR-Tune's semantic calibration,
 * arXiv 2308.12058): [M, d].
 *
 *   v <- R (v^p - mean v^p),   R the rotation that carries v^p - mean v^p nearest to v^d - mean v^d
 *   v <- v + sum_{k in c} a_k v_k^d - mean_{k in c} v_k,   c the class of v,   a = softmax_{k in c}(w_c . v_k^d)
 *
 * with w_c the rows of the head's weight [K, d]. Afterwards the mean of a class is the weighted mean of its downstream
 * features, a class with one entry in the bank lies on it, and that the rotated features are centred no longer shows.
 */
export function calibrate(banks: Banks, headWeight: Value, { rotate, normalize }: CalibrationOptions): Value {
  const unit = normalize ? unitRows : (x: Value) => x;
  const [source, downstream] = [unit(banks.source), unit(banks.downstream)];
  const turned = rotate ? rotated(source, downstream) : source;

  const members = transpose(oneHotRows(banks.labels, headWeight.shape[0] ?? 0), [1, 0]);
  const scores = matmul(unit(headWeight), downstream, { transposeB: true });
  const weights = mul(softmax(sub(scores, mul(sub(scalar(1), members), scalar(FAR)))), members);
  const sourceMeans = div(matmul(members, turned), max(reduceSum(members, [1]), scalar(1)));
  const shifts = sub(matmul(weights, downstream), sourceMeans);
  return unit(add(turned, gather(shifts, cast(banks.labels, 'int32'))));
}

/** Rows of x, centred, turned to fit rows of y, centred. */
function rotated(x: Value, y: Value): Value {
  const [from, to] = [centred(x), centred(y)];
  return matmul(from, rotation(matmul(to, from, { transposeA: true })), { transposeB: true });
}

const centred = (x: Value): Value => sub(x, reduceMean(x, [0]));
