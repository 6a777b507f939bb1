import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** As Debian's package of Chromium has it. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * Has WebGPU computed by the CPU, from the next session of this process on. False where no software for that is installed:
 * a test of WebGPU is then skipped.
 */
export function useSoftwareVulkan(): boolean {
  if (process.platform !== 'linux' || !existsSync(SWIFTSHADER)) return false;
  process.env.VK_DRIVER_FILES = SWIFTSHADER;
  process.env.XDG_RUNTIME_DIR ??= mkdtempSync(join(tmpdir(), 'adarand-vulkan-'));
  return true;
}
