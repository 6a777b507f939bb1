/**
 * WebGPU without a GPU: Vulkan in software (SwiftShader), which Debian's package `chromium` brings, and the loader that ONNX
 * Runtime looks for, of the package `libvulkan1`. A variable of the environment chooses it, in a child process.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';

const hasLoader = ['/usr/lib', ...foldersOf('/usr/lib')].some((folder) =>
  existsSync(join(folder, 'libvulkan.so.1')),
);

/** Why tests of WebGPU are skipped; false where there is software Vulkan. */
export const noSoftwareVulkan =
  !(hasLoader && existsSync(driver)) &&
  "there is no software Vulkan: install Debian's packages chromium and libvulkan1";

/** What the environment of a process that uses it has, besides this one's. */
export const softwareVulkan = { VK_DRIVER_FILES: driver } satisfies NodeJS.ProcessEnv;

function foldersOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [join(folder, entry.name)] : [],
  );
}
