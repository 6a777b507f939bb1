/** What follows `train`, in a folder with `colours` and `tiny.onnx`, for a run of some steps whose classes can be learned. */
export const fourEpochs = [
  'colours',
  ...['--model', 'tiny.onnx', '--no-tensorboard', '--epochs', '4', '--lr', '0.02', '--seed', '7'],
];
