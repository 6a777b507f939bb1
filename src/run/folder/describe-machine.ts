import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { z } from 'zod';
import { adarandVersion, readPackage } from '../../package.js';

export const machineSchema = z.object({
  platform: z.string(),
  cpu: z.string(),
  cores: z.number(),
  memoryBytes: z.number(),
  node: z.string(),
  /** Versions of what computes: adarand itself, ONNX Runtime, sharp. */
  versions: z.record(z.string(), z.string()),
});

export type Machine = z.infer<typeof machineSchema>;

/** What a run's numbers depend on besides its configuration. */
export function describeMachine(): Machine {
  return {
    platform: `${platform()} ${release()} ${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.versions.node,
    versions: {
      adarand: adarandVersion(),
      'onnxruntime-node': versionOf('onnxruntime-node'),
      'onnxruntime-web': versionOf('onnxruntime-web'),
      sharp: versionOf('sharp'),
    },
  };
}

/** A dependency's version, or `missing`. Its package.json may not be among its exports, so it is looked for above its entry. */
function versionOf(name: string): string {
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch {
    return 'missing';
  }
  const root = entry.lastIndexOf(`node_modules/${name}/`);
  if (root < 0) return 'unknown';
  return readPackage(`${entry.slice(0, root)}node_modules/${name}/package.json`)?.version ?? 'unknown';
}
