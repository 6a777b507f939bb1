/** Attributes that change nothing of what is computed here, at least where a builder does not ask for them. */
const idle: Readonly<Record<string, readonly string[]>> = {
  // Where nothing is padded.
  AveragePool: ['count_include_pad'],
  // The import decides whether a file is in training mode; momentum is of training alone.
  BatchNormalization: ['training_mode', 'momentum', 'is_test'],
  // Of eight-bit floats.
  Cast: ['saturate', 'round_mode'],
  CastLike: ['saturate', 'round_mode'],
  // The weight shows it.
  Conv: ['kernel_shape'],
  ConvTranspose: ['kernel_shape'],
  // Without a bias.
  Gemm: ['beta'],
  Dropout: ['ratio', 'seed', 'is_test'],
  GroupNormalization: ['stash_type'],
  LayerNormalization: ['stash_type'],
  // Of the second output, which no operator reads.
  MaxPool: ['storage_order'],
  Range: ['stash_type'],
  Reshape: ['allowzero'],
  // Of other modes than the node's.
  Resize: ['cubic_coeff_a', 'exclude_outside', 'extrapolation_value', 'nearest_mode'],
  Split: ['num_outputs'],
};

/** Those of operator sets before 7: broadcasting, which came to be the rule, and buffers. */
const old: readonly string[] = ['broadcast', 'consumed_inputs'];

/** Whether an attribute may be left alone. */
export function isIdleAttribute(type: string, attribute: string): boolean {
  return (
    old.includes(attribute) ||
    (Object.hasOwn(idle, type) && idle[type]?.includes(attribute) === true) ||
    // Where nothing is reduced, nothing is kept; where axes are given, it is no matter what happens without.
    (type.startsWith('Reduce') && ['keepdims', 'noop_with_empty_axes'].includes(attribute))
  );
}

/** Inputs that change nothing: how much a Dropout drops in training, and the region of one refused mode of Resize. */
const idleInputs: Readonly<Record<string, readonly number[]>> = { Dropout: [1, 2], Resize: [1] };

/** Whether an input may be left alone. */
export function isIdleInput(type: string, i: number): boolean {
  return Object.hasOwn(idleInputs, type) && idleInputs[type]?.includes(i) === true;
}
