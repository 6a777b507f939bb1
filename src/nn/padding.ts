/**
 * Padding [before, after] along one axis so that the output has ceil(size / stride) elements: TensorFlow's SAME,
 * ONNX's SAME_UPPER. An odd element goes after (`SAME_LOWER`: before).
 */
export function samePadding(
  size: number,
  kernel: number,
  stride: number,
  dilation = 1,
  odd: 'after' | 'before' = 'after',
): readonly [number, number] {
  const span = (kernel - 1) * dilation + 1;
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + span - size, 0);
  const less = Math.floor(total / 2);
  return odd === 'after' ? [less, total - less] : [total - less, less];
}
