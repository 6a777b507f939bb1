import { freemem } from 'node:os';
import { formatTable } from '../../figures/table.js';
import { type Device, devices } from '../../graph/device.js';
import { launch } from '../../process/launch.js';
import { describeMachine } from '../../run/folder/describe-machine.js';
import { bytes } from '../format.js';
import { printJson } from '../json.js';

interface DeviceCheck {
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
    'needs a graphics driver: Vulkan on Linux (Mesa 25 or newer), Direct3D 12 on Windows, macOS as it is',
  cuda:
    'needs an NVIDIA GPU, CUDA 12, cuDNN 9, Linux x64, and ' +
    '`ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node`',
};

/** Tries every device in a process of its own: one that crashes is a finding, too. */
export async function doctor({ json = false }: { readonly json?: boolean }): Promise<void> {
  const machine = describeMachine();
  const checks: DeviceCheck[] = [];
  for (const device of devices) checks.push(await check(device));
  if (json) {
    printJson({ type: 'machine', ...machine, freeMemoryBytes: freemem() });
    for (const found of checks) printJson({ type: 'device', ...found });
    return;
  }
  const { versions } = machine;
  const lines = [
    `adarand ${versions.adarand}, Node ${machine.node}, ${machine.platform}`,
    `${machine.cpu}, ${machine.cores} threads, ${bytes(machine.memoryBytes)} of memory, ${bytes(freemem())} free`,
    `sharp ${await sharpStatus(versions.sharp)}`,
    '',
    formatTable(
      ['device', 'works', 'found', 'way out'].map((title) => ({ title })),
      checks.map(({ device, works, found, remedy }) => [
        device,
        works ? 'yes' : 'no',
        found,
        works ? '' : remedy,
      ]),
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function check(device: Device): Promise<DeviceCheck> {
  const remedy = remedies[device];
  try {
    const { driver, milliseconds } = await launch('probe', { device }).result;
    return { device, works: true, found: `${driver}, ready in ${Math.round(milliseconds)} ms`, remedy };
  } catch (error) {
    return { device, works: false, found: reasonOf(error), remedy };
  }
}

/** The last part of the first line: native errors begin with a path in somebody else's source tree. */
function reasonOf(error: unknown): string {
  const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  const told = first.replace(/^the device \w+ does not work here: /, '').replace(/^\/\S+.*was false\. /, '');
  return told.length > 70 ? `${told.slice(0, 69)}…` : told;
}

async function sharpStatus(version = 'unknown'): Promise<string> {
  try {
    const { default: sharp } = await import('sharp');
    return `${version} with libvips ${sharp.versions.vips}`;
  } catch (error) {
    return `${version} cannot be loaded (${reasonOf(error)}): reinstall with \`npm install\``;
  }
}
