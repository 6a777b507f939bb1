import { freemem } from 'node:os';
import { z } from 'zod';
import { AdarandError, messageOf } from '../../errors.js';
import { formatTable } from '../../figures/table.js';
import { formatBytes } from '../../files/format-bytes.js';
import { type Device, devices } from '../../graph/device.js';
import { askHub, type HubAnswer } from '../../models/hub/ask-hub.js';
import { INCOMPLETE_INSTALL, REINSTALL } from '../../process/incomplete-install.js';
import { launch } from '../../process/launch.js';
import { commandLine } from '../../run/command-line.js';
import { describeMachine, type Machine } from '../../run/folder/describe-machine.js';
import { checkDevice } from '../../run/operations/check-device.js';
import { type CudaReport, findCuda } from '../../run/operations/find-cuda.js';
import { optionRegistry } from '../../run/options/option.js';
import { printJson } from '../json.js';
import { print } from '../terminal.js';
import type { Command } from './command.js';

interface DeviceReport {
  readonly device: Device;
  readonly works: boolean;
  readonly found: string;
  /** What to do where it does not work. */
  readonly remedy: string;
}

/** A library that is no device. */
interface LibraryReport {
  readonly library: string;
  readonly works: boolean;
  readonly found: string;
  readonly remedy: string;
}

/** Where Debian's chromium has its driver for Vulkan in software. */
const SOFTWARE_VULKAN = '/usr/lib/chromium/vk_swiftshader_icd.json';

const remedies: Readonly<Record<Device, string>> = {
  cpu: `${REINSTALL}; where there is no binary (macOS on Intel, Alpine), use --device wasm`,
  wasm: REINSTALL,
  webgpu:
    'needs a graphics driver: Vulkan on Linux (Mesa 25 or newer), Direct3D 12 on Windows; macOS has one. To try it without a GPU, ' +
    `slowly: Debian's packages libvulkan1 and chromium, and VK_DRIVER_FILES=${SOFTWARE_VULKAN} in the environment`,
  cuda: 'needs an NVIDIA graphics card that the CUDA of this ONNX Runtime supports, with free memory; docs/gpu.md says more',
};

const options = z.strictObject({
  network: z.boolean().default(false).register(optionRegistry, {
    description: 'Ask the Hugging Face Hub, too: whether it is reached, and whether it accepts the token.',
    group: 'Input and output',
  }),
});

export const command = {
  options,
  arguments: [],
  async run({ json, parse }) {
    const { network } = parse(options);
    const machine = describeMachine();
    const sharp = await checkSharp(machine.versions.sharp);
    // Each in a process of its own: a device that crashes it is a finding, too.
    const cuda = await launch(findCuda, {}).result;
    const checks: DeviceReport[] = [];
    for (const device of devices)
      checks.push(device === 'cuda' && cuda.problems.length > 0 ? lacking(cuda) : await check(device));
    const hub = network ? await askHub() : undefined;
    if (!json)
      return void print(`${[...asText(machine, sharp, checks, cuda), ...hubLines(hub)].join('\n')}\n`);
    printJson({ type: 'machine', ...machine, freeMemoryBytes: freemem() });
    printJson({ type: 'library', ...sharp });
    for (const found of checks) printJson({ type: 'device', ...found });
    printJson({ type: 'cuda', ...cuda });
    if (hub !== undefined) printJson({ type: 'hub', ...hub });
  },
} satisfies Command<typeof options>;

/** Nobody is asked over the network unless that is wanted. */
function hubLines(hub: HubAnswer | undefined): string[] {
  if (hub === undefined) return ['', `hub: not asked; \`${commandLine('doctor', '--network')}\` does`];
  return ['', `hub ${hub.endpoint}: ${hub.found}`, ...(hub.works ? [] : [hub.remedy])];
}

function asText(
  machine: Machine,
  sharp: LibraryReport,
  checks: readonly DeviceReport[],
  cuda: CudaReport,
): string[] {
  const { versions } = machine;
  const failed = [{ ...sharp, device: sharp.library }, ...checks].filter(({ works }) => !works);
  return [
    `adarand ${versions.adarand}, Node ${machine.node}, ${machine.platform}`,
    `onnxruntime-node ${versions['onnxruntime-node']}, onnxruntime-web ${versions['onnxruntime-web']}`,
    `${machine.cpu}, ${machine.cores} threads, ${formatBytes(machine.memoryBytes)} of memory, ${formatBytes(freemem())} free`,
    `sharp ${sharp.works ? '' : 'does not work: '}${sharp.found}`,
    '',
    formatTable(
      ['device', 'works', 'found'].map((title) => ({ title })),
      checks.map(({ device, works, found }) => [device, works ? 'yes' : 'no', found]),
    ),
    '',
    ...failed.map(({ device, remedy }) => `${device}: ${remedy}`),
    ...cudaLines(cuda),
    'One device that works is enough; cpu is the default.',
  ];
}

/** What there is of CUDA; nothing where there is nothing of it. */
function cudaLines({ onnxruntime, cuda, versions, driver }: CudaReport): string[] {
  const lines: string[] = [];
  if (onnxruntime !== undefined)
    lines.push(
      `cuda has ONNX Runtime ${onnxruntime.version ?? '(version not written)'} for CUDA ${cuda ?? 'of no known version'}, ` +
        `by ${onnxruntime.origin}: ${onnxruntime.folder}`,
    );
  if (versions.cuda !== undefined || versions.cudnn !== undefined)
    lines.push(`cuda has CUDA's libraries ${versions.cuda ?? 'not'} and cuDNN ${versions.cudnn ?? 'not'}`);
  if (driver !== undefined) {
    lines.push(`cuda has a driver for CUDA up to ${driver.cuda}`);
    for (const [i, { name, memoryBytes, capability }] of driver.cards.entries())
      lines.push(
        `cuda has card ${i}: ${name}, ${formatBytes(memoryBytes)}, compute capability ${capability}`,
      );
  }
  return lines;
}

function lacking({ problems }: CudaReport): DeviceReport {
  return {
    device: 'cuda',
    works: false,
    found: problems.map(({ message }) => message).join('; '),
    remedy: problems.map(({ remedy }) => remedy).join('; '),
  };
}

async function check(device: Device): Promise<DeviceReport> {
  const remedy = remedies[device];
  try {
    const { driver, milliseconds } = await launch(checkDevice, { device }).result;
    return { device, works: true, found: `${driver}, ready in ${Math.round(milliseconds)} ms`, remedy };
  } catch (error) {
    // What is not installed is no fault of the device's.
    const missing = device !== 'cpu' && error instanceof AdarandError && error.code === INCOMPLETE_INSTALL;
    return { device, works: false, found: reasonOf(error), remedy: missing ? remedies.cpu : remedy };
  }
}

/** The last part of the first line: native errors begin with a path in the source tree of their library. */
function reasonOf(error: unknown): string {
  const [first = ''] = messageOf(error).split('\n');
  const reason = first
    .replace(/^the device \w+ does not work here: /, '')
    .replace(/^ONNX Runtime could not compile the network: /, '')
    .replace(/^a library that adarand needs cannot be loaded: /, '')
    .replace(/^\/\S+.*was false\. /, '');
  return reason.length > 70 ? `${reason.slice(0, 69)}…` : reason;
}

async function checkSharp(version = 'unknown'): Promise<LibraryReport> {
  const report = { library: 'sharp', remedy: REINSTALL };
  try {
    const { default: sharp } = await import('sharp');
    return { ...report, works: true, found: `${version} with libvips ${sharp.versions.vips}` };
  } catch (error) {
    return { ...report, works: false, found: reasonOf(error) };
  }
}
