/** What helps where a file is no sound ONNX model. */
export const AGAIN = 'Download or export the model again.';
