/**
 * Runs the ONNX project's tests of single operators, of a folder that `oracle/onnx-node-tests.py` has written:
 *
 *     node build/tools/models/onnx-node-tests.js DIR [--sample]
 *
 * Prints a line for each test of an operator that can be imported, and a table at the end. No test may fail: a node is
 * imported with the right values, or refused. `--sample` keeps small ones of each operator for the tests, with what
 * becomes of them, and `node-tests.json` of the documents: how many there are and pass.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatTable } from '../../src/figures/table.js';
import { builders } from '../../src/models/onnx-import/builders.js';
import { packageFolder } from '../../src/package.js';
import { type NodeTest, readNodeTest, runNodeTest } from '../../test/helpers/onnx-node-test.js';

/** Tests that are not about what is imported, and why. */
const others: Readonly<Record<string, string>> = {
  test_resize_downsample_scales_cubic_align_corners:
    'computed as by ONNX Runtime, which does not follow the test',
  test_resize_downsample_scales_linear_align_corners:
    'computed as by ONNX Runtime, which does not follow the test',
  test_training_dropout: 'random; a file in training mode is said to be one',
  test_training_dropout_default: 'random; a file in training mode is said to be one',
};

/** Forms that a builder may overlook. */
const subtle = /antialias|_crd_|axes_3_2|not_larger|fmod_0_float32/;

interface Tried {
  readonly name: string;
  readonly test: NodeTest;
  readonly opset: number;
  readonly result: string;
}

const [folder = '', option] = process.argv.slice(2);
const byOperator = new Map<string, Tried[]>();
for (const name of readdirSync(folder).sort()) {
  const test = readNodeTest(join(folder, name));
  const { operator, opset, result } = runNodeTest(test);
  if (!Object.hasOwn(builders, operator)) continue;
  const other = others[name];
  console.log(`${operator} ${opset} ${name} ${other ?? result.slice(0, 200)}`);
  if (other === undefined)
    byOperator.set(operator, [...(byOperator.get(operator) ?? []), { name, test, opset, result }]);
}
const operators = [...byOperator].sort(([a], [b]) => (a < b ? -1 : 1));
const kinds = ['passed', 'constant', 'refused', 'failed'] as const;
const countOf = (tried: readonly Tried[], kind: string) =>
  tried.filter(({ result }) => result.startsWith(kind)).length;
console.log(
  formatTable(
    ['operator', ...kinds].map((title) => ({ title })),
    operators.map(([operator, tried]) => [operator, ...kinds.map((kind) => String(countOf(tried, kind)))]),
  ),
);
if (option === '--sample') {
  writeFileSync(
    join(packageFolder(), 'tools/docs/node-tests.json'),
    `${JSON.stringify(
      Object.fromEntries(
        operators.map(([operator, tried]) => [
          operator,
          { tests: tried.length, imported: countOf(tried, 'passed') + countOf(tried, 'constant') },
        ]),
      ),
      undefined,
      1,
    )}\n`,
  );
  const sample = operators.flatMap(([, tried]) => {
    const some = [
      ...smallest(tried, 'refused', 1),
      ...smallest(tried, 'passed', 2),
      ...smallest(tried, 'constant', 1),
    ];
    return [...some, ...tried.filter((each) => subtle.test(each.name) && !some.includes(each))];
  });
  writeFileSync(
    join(packageFolder(), 'test/golden/onnx-node-tests.json'),
    `${JSON.stringify(Object.fromEntries(sample.map((tried) => [tried.name, stored(tried)])), undefined, 1)}\n`,
  );
}

function smallest(tried: readonly Tried[], kind: string, count: number): Tried[] {
  const size = ({ model, inputs, outputs }: NodeTest) =>
    [model, ...inputs, ...outputs].reduce((sum, bytes) => sum + bytes.length, 0);
  return tried
    .filter(({ result, test }) => result.startsWith(kind) && size(test) < 1500)
    .sort((a, b) => size(a.test) - size(b.test))
    .slice(0, count);
}

function stored({ test: { model, inputs, outputs }, result }: Tried) {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const [kind, code] = result.split(' ');
  return {
    result: kind === 'refused' ? `refused ${code}` : kind,
    model: text(model),
    inputs: inputs.map(text),
    outputs: outputs.map(text),
  };
}
