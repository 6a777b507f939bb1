import { freemem } from 'node:os';
import { z } from 'zod';
import { formatTable } from '../../figures/table.js';
import { formatBytes } from '../../files/format-bytes.js';
import { type Device, devices } from '../../graph/device.js';
import { launch } from '../../process/launch.js';
import { describeMachine, type Machine } from '../../run/folder/describe-machine.js';
import { checkDevice } from '../../run/operations/check-device.js';
import { printJson } from '../json.js';
import type { Command } from './command.js';

interface DeviceReport {
  readonly device: Device;
  readonly works: boolean;
  readonly found: string;
  /** What to do where it does not work. */
  readonly remedy: string;
}

const remedies: Readonly<Record<Device, string>> = {
  cpu: 'reinstall with `npm install`; macOS on Intel has no binary: use --device wasm',
  wasm: 'reinstall with `npm install`',
  webgpu:
    'needs a graphics driver: Vulkan on Linux (Mesa 25 or newer), Direct3D 12 on Windows; macOS has one',
  cuda:
    'needs an NVIDIA GPU, CUDA 12, cuDNN 9, Linux x64, and ' +
    '`ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node`',
};

const options = z.strictObject({});

export const command = {
  options,
  arguments: [],
  async run({ json }) {
    const machine = describeMachine();
    const checks: DeviceReport[] = [];
    // Each in a process of its own: a device that crashes it is a finding, too.
    for (const device of devices) checks.push(await check(device));
    if (!json) return void process.stdout.write(`${(await asText(machine, checks)).join('\n')}\n`);
    printJson({ type: 'machine', ...machine, freeMemoryBytes: freemem() });
    for (const found of checks) printJson({ type: 'device', ...found });
  },
} satisfies Command<typeof options>;

async function asText(machine: Machine, checks: readonly DeviceReport[]): Promise<string[]> {
  const { versions } = machine;
  return [
    `adarand ${versions.adarand}, Node ${machine.node}, ${machine.platform}`,
    `${machine.cpu}, ${machine.cores} threads, ${formatBytes(machine.memoryBytes)} of memory, ${formatBytes(freemem())} free`,
    `sharp ${await sharpStatus(versions.sharp)}`,
    '',
    formatTable(
      ['device', 'works', 'found', 'remedy'].map((title) => ({ title })),
      checks.map(({ device, works, found, remedy }) => [
        device,
        works ? 'yes' : 'no',
        found,
        works ? '' : remedy,
      ]),
    ),
  ];
}

async function check(device: Device): Promise<DeviceReport> {
  const remedy = remedies[device];
  try {
    const { driver, milliseconds } = await launch(checkDevice, { device }).result;
    return { device, works: true, found: `${driver}, ready in ${Math.round(milliseconds)} ms`, remedy };
  } catch (error) {
    return { device, works: false, found: reasonOf(error), remedy };
  }
}

/** The last part of the first line: native errors begin with a path in the source tree of their library. */
function reasonOf(error: unknown): string {
  const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  const reason = first
    .replace(/^the device \w+ does not work here: /, '')
    .replace(/^\/\S+.*was false\. /, '');
  return reason.length > 70 ? `${reason.slice(0, 69)}…` : reason;
}

async function sharpStatus(version = 'unknown'): Promise<string> {
  try {
    const { default: sharp } = await import('sharp');
    return `${version} with libvips ${sharp.versions.vips}`;
  } catch (error) {
    return `${version} cannot be loaded (${reasonOf(error)}): reinstall with \`npm install\``;
  }
}
