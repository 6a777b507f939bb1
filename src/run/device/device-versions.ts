import type { Device } from '../../graph/device.js';

/** Versions of what computes on a device, beside the packages of npm; and the card, where it is one of NVIDIA's. */
export async function deviceVersions(device: Device): Promise<Record<string, string>> {
  if (device !== 'cuda') return {};
  const { onnxruntime, versions, cards } = await (await import('../../runtime/cuda/find-cuda.js')).openCuda();
  const known = {
    'onnxruntime on cuda': onnxruntime.version,
    cuda: versions.cuda,
    cudnn: versions.cudnn,
    card: cards[0]?.name,
  };
  return Object.fromEntries(
    Object.entries(known).flatMap(([name, version]) => (version === undefined ? [] : [[name, version]])),
  );
}
