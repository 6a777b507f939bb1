import { float32, zeros } from '../../src/graph/tensor.js';
import { exportOnnx } from '../../src/models/export/onnx.js';
import { importOnnx } from '../../src/models/onnx-import.js';
import { cifarResNet } from '../../src/nn/cifar-resnet.js';
import { classTokenFile } from '../helpers/class-token.js';
import { classifierFile } from '../helpers/classifier-file.js';
import { onnxFile } from '../helpers/onnx-fixtures.js';
import { operatorCases } from '../helpers/onnx-operator-cases.js';

/** Sound ONNX classifiers, among them one with each operator. */
export function onnxSamples(): readonly Uint8Array[] {
  return [classifierFile(), classTokenFile('batch'), classTokenFile(1), exported(), ...ofOperators()];
}

function exported(): Uint8Array {
  const built = cifarResNet(8, { seed: 1 });
  const network = { ...built, preprocessing: { ...built.preprocessing, imageSize: 8, resizeSize: 8 } };
  const head = { weight: zeros('float32', [3, 64]), bias: float32([3], [0, 1, 2]), classes: ['a', 'b', 'c'] };
  return exportOnnx({ network, head });
}

/** One operator each before the pooling: of those that leave the channels as they are. */
function ofOperators(): Uint8Array[] {
  const files = operatorCases.flatMap(
    ({ type, x, opset = 14, rest = [], attributes = {}, outputs = 1, domain = '' }) => {
      if (x !== undefined) return [];
      const operands = rest.flatMap((tensor, i) =>
        tensor === undefined ? [] : ([[`r${i}`, tensor]] as const),
      );
      const inputs = ['x', ...rest.map((tensor, i) => (tensor === undefined ? '' : `r${i}`))];
      const file = onnxFile({
        opset,
        nodes: [
          { type, inputs, outputs: Array.from({ length: outputs }, (_, i) => `y${i}`), attributes, domain },
          { type: 'Conv', inputs: ['y0', 'c'], outputs: ['conv'] },
          { type: 'GlobalAveragePool', inputs: ['conv'], outputs: ['p'] },
          { type: 'Flatten', inputs: ['p'], outputs: ['f'] },
          { type: 'Gemm', inputs: ['f', 'w'], outputs: ['z'] },
        ],
        initializers: {
          ...Object.fromEntries(operands),
          c: zeros('float32', [4, 3, 1, 1]),
          w: zeros('float32', [4, 3]),
        },
        inputs: { x: ['batch', 3, 6, 6] },
        outputs: ['z'],
      });
      return [file];
    },
  );
  return files.filter(canBeExported);
}

function canBeExported(file: Uint8Array): boolean {
  try {
    const network = importOnnx(file, { name: 'sample.onnx' });
    const head = network.pretrainedHead;
    if (head !== undefined) exportOnnx({ network, head });
    return true;
  } catch {
    return false;
  }
}
