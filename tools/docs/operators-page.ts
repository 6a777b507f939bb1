import { fromBinary } from '@bufbuild/protobuf';
import { gradients } from '../../src/autodiff/gradients.js';
import { AdarandError } from '../../src/errors.js';
import { type Device, devices } from '../../src/graph/device.js';
import { ModelProtoSchema } from '../../src/graph/onnx/onnx_pb.js';
import { writeOnnx } from '../../src/graph/onnx/write.js';
import type { Operator } from '../../src/graph/operator.js';
import { composites, operators } from '../../src/graph/operators/index.js';
import { reduceSum } from '../../src/graph/operators/reduce-sum.js';
import { reshape } from '../../src/graph/operators/reshape.js';
import { apply, input, isConstantOf } from '../../src/graph/value.js';
import { lower } from '../../src/lowering/lower.js';
import { readRecord, type Way } from '../devices/record.js';
import { nodeTestsTable } from './importable-operators.js';
import { code, markdownTable } from './markdown.js';

const introduction = `# Operators

Written by \`npm run docs\` from \`src/graph/operators/\`; do not edit.

What a graph is made of. The columns \`cpu\` and \`webgpu\` list the ONNX operators that ONNX Runtime is given for an
operator's samples, after [lowering](engine.md#lowering); convolutions may use a CPU's blocked layout instead. A composite
operator exists in no ONNX Runtime package, and is always lowered. Gradient \`refused\`: only gradients use this operator,
so it would be a second derivative. Values and gradients of every operator are tested against their definition in double
precision, on \`cpu\`, \`wasm\` and \`webgpu\`.`;

const onDevices = (version: string) => `## Devices

How each device computes the operators' samples, of which values and gradients were right there: *native* by ONNX Runtime's
own kernel (version ${version}), *lowered* by other operators, because it has none, a wrong one or a slow one. *On the CPU*:
the device has no kernel, and ONNX Runtime copies the numbers and computes between. It does so with whole numbers of 64 and
8 bits on WebGPU, whatever the operator. What an element type or a shape does not allow is refused, with \`graph.dtype\` or
\`graph.shape\`, when the graph is built. \`npm run results:devices\` runs them on the devices that there are; WebGPU was
Vulkan in software ([how](engine.md#webgpu-without-a-gpu)).`;

const imported = `## Operators of ONNX files

What an imported file may have, of any operator set. Each becomes operators of the table above, and so has their
gradients and runs on every device; of *constants alone* is what is computed while the graph is built. *Node tests* are
those of the ONNX project (version 1.23) that are imported with the right values, to 1e-5; the others are refused with
\`model.unsupported-operator\`, \`model.element-type\` (integers of other sizes, eight-bit floats) or another code, and none
gives other values. A node with an attribute or an input that is not known here is refused. Two tests of Resize (corners
aligned, to a size that is no whole multiple) are computed as by ONNX Runtime, which does not follow them; tests of Dropout
in training are random. \`oracle/onnx-node-tests.py\` writes the tests, \`tools/models/onnx-node-tests.ts\` runs them.`;

/** docs/operators.md: every operator, what it becomes, and whether it can be differentiated. */
export function operatorsPage(): string {
  const rows = operators.map((operator) => {
    const [cpu, webgpu] = [emitted(operator, 'cpu'), emitted(operator, 'webgpu')];
    const kind = Object.hasOwn(composites, operator.name) ? 'composite' : 'primitive';
    return [
      operator.name,
      operator.doc,
      kind,
      cpu.join(', '),
      webgpu.join() === cpu.join() ? 'the same' : webgpu.join(', '),
      gradientOf(operator),
    ];
  });
  const titles = ['operator', 'what it computes', 'kind', code('cpu'), code('webgpu'), 'gradient'];
  return `${introduction}\n\n${markdownTable(titles, rows)}\n\n${devicesSection()}\n\n${imported}\n\n${nodeTestsTable()}\n`;
}

function devicesSection(): string {
  const { onnxruntime, operators: recorded } = readRecord();
  const known = devices.filter((device) =>
    Object.values(recorded).some((ways) => ways[device] !== undefined),
  );
  const rows = Object.entries(recorded).map(([name, ways]) => [
    name,
    ...known.map((device) => shown(ways[device])),
  ]);
  return `${onDevices(onnxruntime)}\n\n${markdownTable(['operator', ...known.map(code)], rows)}`;
}

function shown(way: Way | undefined): string {
  if (way === undefined) return 'not run';
  return way === 'host' ? 'on the CPU' : way;
}

/** The ONNX operators that the operator's samples are written with for a device, sorted. */
function emitted(operator: Operator, device: Device): string[] {
  const types = operator.samples.flatMap((_, index) => {
    const outputs = lower(applied(operator, index).outputs, { device });
    const named = new Map(outputs.map((value, i) => [`output${i}`, value]));
    const { graph } = fromBinary(ModelProtoSchema, writeOnnx({ outputs: named }, device));
    return graph?.node.map(({ opType }) => opType) ?? [];
  });
  const distinct = [...new Set(types)].sort();
  // An Identity may only give an output its name.
  return distinct.length > 1 ? distinct.filter((type) => type !== 'Identity') : distinct;
}

function gradientOf(operator: Operator): string {
  const { inputs, outputs } = applied(operator, 0);
  const trained = inputs.filter(({ dtype }) => dtype === 'float32');
  const [main] = outputs;
  if (trained.length === 0 || main?.dtype !== 'float32') return 'none';
  try {
    const derived = gradients(reshape(reduceSum(main), []), trained);
    // A gradient that leads nowhere is the constant 0.
    const zero = derived.every((gradient) => isConstantOf(gradient, 0));
    return zero ? 'zero' : 'yes';
  } catch (error) {
    if (error instanceof AdarandError && error.code === 'graph.no-gradient') return 'refused';
    throw error;
  }
}

function applied(operator: Operator, index: number) {
  const sample = operator.samples[index];
  if (sample === undefined) throw new Error(`${operator.name} has no samples`);
  const inputs = sample.inputs.map(({ dtype = 'float32', shape }, i) => input(`input${i}`, { dtype, shape }));
  return { inputs, outputs: apply(operator, inputs, sample.attributes) };
}
