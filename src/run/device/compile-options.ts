import type { Device } from '../../graph/device.js';
import type { CompileOptions } from '../../runtime/program.js';
import { deviceCheck } from './device-check.js';
import { driverFor } from './driver-for.js';

/**
 * How to compile for a device from Node. Every device but the CPU may be missing on this machine, so it is checked
 * first. `say` is told what the user has to know of how it computes, each thing once.
 *
 * @throws AdarandError `device.unavailable`.
 */
export async function compileOptionsFor(
  device: Device,
  threads: number | undefined,
  say?: (text: string) => void,
): Promise<CompileOptions> {
  if (device !== 'cpu') await deviceCheck(device);
  const driver = await driverFor(device);
  if (say !== undefined) for (const remark of await remarksOn(device)) say(remark);
  return { driver, device, threads, say: say === undefined ? undefined : once(say) };
}

async function remarksOn(device: Device): Promise<string[]> {
  if (device === 'wasm') return [];
  const why = await (await import('../../runtime/node.js')).whyBinding(device);
  const remarks: string[] = [];
  if (why !== undefined)
    remarks.push(`ONNX Runtime is used by its Node binding, which is slower and takes more memory: ${why}`);
  if (device === 'cuda') {
    const { cards } = await (await import('../../runtime/cuda/find-cuda.js')).openCuda();
    if (cards.length > 1)
      remarks.push(
        `of ${cards.length} graphics cards the first computes, ${cards[0]?.name}; CUDA_VISIBLE_DEVICES=1 chooses another`,
      );
  }
  return remarks;
}

function once(say: (text: string) => void): (text: string) => void {
  const said = new Set<string>();
  return (text) => {
    if (!said.has(text)) say(text);
    said.add(text);
  };
}
