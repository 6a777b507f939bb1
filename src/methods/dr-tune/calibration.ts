import { at } from '../../errors.js';
import {
  add,
  div,
  gather,
  matmul,
  max,
  mul,
  reduceMean,
  reduceSum,
  softmax,
  sub,
  transpose,
  type Value,
} from '../../graph/ops.js';
import { normalize, oneHot } from '../../nn/functional.js';
import { rotation } from './rotation.js';

/** Features of the same M images by two networks, and the images' classes. */
export interface Banks {
  /** [M, d], by the pretrained network. */
  readonly pretrained: Value;
  /** [M, d], by the network that is trained, each at the time when it came in. */
  readonly downstream: Value;
  /** [M], int32. */
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
 * Pretrained features v^p moved to where the downstream features v^d of their classes are (DR-Tune's semantic calibration,
 * arXiv 2308.12058): [M, d].
 *
 *   v <- R (v^p - mean v^p),   R the rotation that carries v^p - mean v^p nearest to v^d - mean v^d
 *   v <- v + sum_{k in c} a_k v_k^d - mean_{k in c} v_k,   c the class of v,   a = softmax_{k in c}(w_c . v_k^d)
 *
 * with w_c the rows of the head's weight [K, d]. Afterwards the mean of a class is the weighted mean of its downstream
 * features, a class with one entry in the bank lies on it, and that the rotated features are centred no longer shows.
 */
export function calibrate(
  banks: Banks,
  headWeight: Value,
  { rotate, normalize: unitLength }: CalibrationOptions,
): Value {
  const unit = unitLength ? normalize : (x: Value) => x;
  const [pretrained, downstream] = [unit(banks.pretrained), unit(banks.downstream)];
  const turned = rotate ? rotated(pretrained, downstream) : pretrained;

  const members = transpose(oneHot(banks.labels, at(headWeight.shape, 0)), [1, 0]);
  const scores = matmul(unit(headWeight), downstream, { transposeB: true });
  const weights = mul(softmax(sub(scores, mul(sub(1, members), FAR))), members);
  const sourceMeans = div(matmul(members, turned), max(reduceSum(members, [1]), 1));
  const shifts = sub(matmul(weights, downstream), sourceMeans);
  return unit(add(turned, gather(shifts, banks.labels)));
}

/** Rows of x, centred, turned to fit rows of y, centred. */
function rotated(x: Value, y: Value): Value {
  const [from, to] = [centred(x), centred(y)];
  return matmul(from, rotation(matmul(to, from, { transposeA: true })), { transposeB: true });
}

const centred = (x: Value): Value => sub(x, reduceMean(x, [0]));
