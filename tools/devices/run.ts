/**
 * Runs the samples of every operator, with their gradients, on the devices that there are, and writes which way each computes
 * them: `npm run results:devices`. What another machine found of devices that are not here stays.
 */
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { at } from '../../src/errors.js';
import { type Device, devices } from '../../src/graph/device.js';
import { operators } from '../../src/graph/operators/index.js';
import { describeMachine } from '../../src/run/folder/describe-machine.js';
import { runLines } from '../../test/helpers/run-lines.js';
import { type Range, type RangeResult, runSamples } from '../../test/helpers/run-samples.js';
import { KERNEL_TOLERANCE, type SampleCase, sampleCases } from '../../test/helpers/sample-graph.js';
import { noSoftwareVulkan, softwareVulkan } from '../../test/helpers/software-vulkan.js';
import { type DeviceRecord, isLowered, readRecord, recordPath, type Way } from './record.js';

const { 'onnxruntime-node': onnxruntime } = describeMachine().versions;
if (onnxruntime === undefined) throw new Error('onnxruntime-node is not installed');
const before = readRecord();
const ways = new Map(
  operators.map(({ name }) => [name, new Map(Object.entries(before.operators[name] ?? {}))]),
);
for (const device of devices) {
  const environment = await environmentFor(device);
  if (environment === undefined) {
    console.log(`${device}: is not here; what is known of it stays`);
    continue;
  }
  await assertRight(device, environment);
  const onHost = await hostOperators(device, environment);
  for (const operator of operators) {
    const way: Way = onHost.has(operator.name) ? 'host' : isLowered(operator, device) ? 'lowered' : 'native';
    ways.get(operator.name)?.set(device, way);
  }
  console.log(`${device}: all samples of ${operators.length} operators are right`);
}
write({
  onnxruntime,
  operators: Object.fromEntries([...ways].map(([name, each]) => [name, Object.fromEntries(each)])),
});

/** What a process that uses the device has in its environment; undefined where there is no such device. */
async function environmentFor(device: Device): Promise<NodeJS.ProcessEnv | undefined> {
  const candidates = device === 'webgpu' && !noSoftwareVulkan ? [{}, softwareVulkan] : [{}];
  for (const environment of candidates) {
    const [result] = await runSamples(device, [[0, 1]], environment);
    if (result !== undefined && 'errors' in result) return environment;
  }
  return undefined;
}

/** @throws Error naming the operators that have a sample whose values or gradients are wrong, or fail. */
async function assertRight(device: Device, environment: NodeJS.ProcessEnv): Promise<void> {
  const ranges = operators.map(({ name }): Range => {
    const isOf = ({ operator }: SampleCase) => operator.name === name;
    return [sampleCases.findIndex(isOf), sampleCases.findLastIndex(isOf) + 1];
  });
  const results = await runSamples(device, ranges, environment);
  const wrong = operators.flatMap(({ name }, i) => {
    const problem = problemOf(at(results, i));
    return problem === undefined ? [] : [`${name}: ${problem}`];
  });
  if (wrong.length > 0) throw new Error(`${device}:\n${wrong.join('\n')}`);
}

function problemOf(result: RangeResult): string | undefined {
  if ('failed' in result) return result.failed;
  const isRight = result.errors.every((error) => error !== null && error < KERNEL_TOLERANCE);
  return isRight ? undefined : `relative errors ${result.errors.join(', ')}`;
}

async function hostOperators(device: Device, environment: NodeJS.ProcessEnv): Promise<ReadonlySet<string>> {
  if (device === 'cpu' || device === 'wasm') return new Set();
  const { lines, died } = await runLines('tools/devices/host-runner', [device], environment);
  if (died !== undefined) throw new Error(died);
  const isOnHost = z.array(z.boolean()).length(operators.length).parse(lines);
  return new Set(operators.flatMap(({ name }, i) => (at(isOnHost, i) ? [name] : [])));
}

/** An operator a line. */
function write({ onnxruntime, operators }: DeviceRecord): void {
  const lines = Object.entries(operators).map(([name, each]) => {
    const cells = Object.entries(each).map(
      ([device, way]) => `${JSON.stringify(device)}: ${JSON.stringify(way)}`,
    );
    return `    ${JSON.stringify(name)}: { ${cells.join(', ')} }`;
  });
  writeFileSync(
    recordPath,
    `{\n  "onnxruntime": ${JSON.stringify(onnxruntime)},\n  "operators": {\n${lines.join(',\n')}\n  }\n}\n`,
  );
}
