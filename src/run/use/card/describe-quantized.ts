import { accuracyWithInterval, percent } from '../../../format-accuracy.js';
import type { QuantizedReport } from '../quantized-report.js';
import { verbatim } from './markdown.js';

/** What a card says of an 8-bit file. */
export function describeQuantized(report: QuantizedReport): string {
  const { bytes, measured_on: measured, images, agreement, worse } = report;
  const which = report.split === 'val' ? 'validation' : 'training';
  const drop = report.largest_drop;
  const sentences = [
    `\`onnx/model_quantized.onnx\` (${(bytes / 1e6).toFixed(2)} MB) is the same classifier with weights and activations of 8 bits.`,
    `In transformers.js it is \`{ dtype: 'q8' }\`.`,
    `Its ranges were measured on ${measured} training images.`,
    `Accuracy on ${images} ${which} images: ${accuracyWithInterval(report.accuracy, report.interval)};`,
    `of \`onnx/model.onnx\` on the same images: ${accuracyWithInterval(report.float_accuracy, report.float_interval)}.`,
    `Both say the same class for ${percent(agreement)} of them.`,
    ...(drop === null
      ? []
      : [`The class that loses most is ${verbatim(drop.name)}: ${drop.lost} of its ${drop.images} images.`]),
    ...(worse ? ['That is a loss: use `onnx/model.onnx` where it matters.'] : []),
    'The test images were not used.',
  ];
  return sentences.join(' ');
}
