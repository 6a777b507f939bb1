import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as graph from './index.js';
import { operators } from './operators/index.js';

const functions = new Map(Object.entries(graph.ops).filter(([, each]) => typeof each === 'function'));

/** What graphs are written with besides operators. */
const others = ['constant', 'scalar', 'float32', 'int32', 'zeros', 'sizeOf'];

/** What only gradients apply, and lowering. */
const internal = ['BatchNormGradient', 'GatherGradient', 'GeluGradient', 'MaxPoolGradient', 'ScatterAdd'];

test('every operator is a function of the namespace, but for those that only gradients and lowering use', () => {
  const names = new Set([...functions.keys()].map((name) => name.toLowerCase()));
  const missing = operators.map(({ name }) => name).filter((name) => !names.has(name.toLowerCase()));
  assert.deepEqual(missing.sort(), internal, 'export them in ops.ts');
});

test('every function of the namespace is of a registered operator, which makes it tested and documented', () => {
  const registered = new Set(operators.map(({ name }) => name.toLowerCase()));
  const unknown = [...functions.keys()].filter((name) => !registered.has(name.toLowerCase()));
  assert.deepEqual(unknown.sort(), [...others].sort(), 'list them in operators/index.ts');
});

test('the package’s entry has the same names as its namespace', () => {
  const { ops, ...named } = graph;
  assert.deepEqual(Object.keys(named).sort(), Object.keys(ops).sort());
});

test('every operator function refuses what is not a value, before anything else', () => {
  for (const [name, operator] of functions) {
    if (others.includes(name)) continue;
    for (const wrong of [undefined, null, new Float32Array(3), graph.float32([], [1]), 'x'])
      assert.throws(
        // Whatever its types are: this is what plain JavaScript may call it with.
        () => Reflect.apply(operator, undefined, [wrong, wrong, wrong, wrong]),
        { code: 'graph.operand' },
        `${name}(${wrong})`,
      );
  }
});

test('a number is refused where only a value makes sense', () => {
  const x = graph.constant(graph.float32([2, 2], [1, 2, 3, 4]));
  for (const [name, operator] of functions) {
    if (others.includes(name) || takesNumbers.includes(name)) continue;
    assert.throws(() => Reflect.apply(operator, undefined, [3, x, x, {}]), { code: 'graph.operand' }, name);
  }
  assert.throws(() => Reflect.apply(graph.matmul, undefined, [x, 3]), {
    message: 'MatMul: its second operand is the number 3, not a value',
  });
  assert.throws(() => Reflect.apply(graph.concat, undefined, [x, 0]), {
    message: 'Concat: its first operand is a value, not an array of values',
  });
});

const takesNumbers = ['add', 'div', 'equal', 'greater', 'less', 'max', 'min', 'mul', 'pow', 'sub'];
