/**
 * Runs samples of operators, with their gradients, on a device: `node sample-runner.js DEVICE FROM-TO ...`. The samples
 * FROM up to TO of the list are one graph and one session. A line of JSON for each range says what came of it.
 */
import { at, messageOf } from '../../src/errors.js';
import { type Device, devices } from '../../src/graph/device.js';
import { interpret } from '../../src/graph/interpret.js';
import { driverFor } from '../../src/run/device/driver-for.js';
import { runGraph } from './run-graph.js';
import type { RangeResult } from './run-samples.js';
import { sampleCases, sampleGraph } from './sample-graph.js';
import { toTensor, worstError } from './samples.js';

const [name, ...ranges] = process.argv.slice(2);
const found = devices.find((each) => each === name);
if (found === undefined) throw new Error(`no device is called ${name}`);
for (const range of ranges) console.log(JSON.stringify(await run(found, range)));
// Native threads are not waited for.
process.exit(0);

async function run(device: Device, range: string): Promise<RangeResult> {
  const [from = 0, to = 0] = range.split('-').map(Number);
  const graphs = sampleCases.slice(from, to).map((each, i) => {
    const { inputs, outputs, derived } = sampleGraph(each, `sample${from + i}.`);
    return { inputs, values: [...outputs, ...derived.map(({ gradient }) => gradient)] };
  });
  const inputs = graphs.flatMap((graph) => graph.inputs);
  const expected = graphs.map(({ values, inputs }) =>
    interpret(values, new Map(inputs.map(({ name, data }) => [name, data]))),
  );
  try {
    const feeds = new Map(inputs.map(({ name, value, data }) => [name, toTensor(value, data)]));
    const results = await runGraph(
      await driverFor(device),
      device,
      graphs.flatMap(({ values }) => values),
      feeds,
    );
    let next = 0;
    const errors = expected.map((values) =>
      values.reduce((worst, each) => Math.max(worst, worstError(at(results, next++).data, each)), 0),
    );
    return { errors };
  } catch (error) {
    return { failed: messageOf(error) };
  }
}
