import type { Api } from './api.js';

/** Bytes at the beginning of session options that are looked through; the whole has several times as many. */
const LOOKED_AT = 128;

/**
 * Switches off that a buffer which nobody reads any more waits for a later value of the same shape. ONNX Runtime plans that by
 * default, however long the wait: what the forward pass let go of lies idle until the backward pass makes a value of that
 * shape. Without it, buffers go back to the arena, and anyone may have their memory.
 *
 * `SessionOptions` has a field for it, `enable_mem_reuse`, and the C API has no function. The field stands between two that
 * functions set, one byte each (in every version since 2019). So it is found: the byte between the two that these functions
 * change, if it is there and says true, as by default. Otherwise nothing is changed.
 *
 * Source: include/onnxruntime/core/framework/session_options.h. Returns whether it was found.
 */
export function freeBuffersAtOnce(api: Api, options: bigint): boolean {
  const fields = api.memoryAt(options, LOOKED_AT);
  const pattern = switchedBy('MemPattern');
  const arena = switchedBy('CpuMemArena');
  if (pattern === undefined || arena !== pattern + 2 || fields[pattern + 1] !== 1) return false;
  fields[pattern + 1] = 0;
  return true;

  /** The place of the one byte that is 1 where something is enabled and 0 where it is disabled; it is as before, afterwards. */
  function switchedBy(name: 'MemPattern' | 'CpuMemArena'): number | undefined {
    const before = fields.slice();
    api.call(`disable${name}`, options);
    const disabled = fields.slice();
    api.call(`enable${name}`, options);
    const enabled = fields.slice();
    const places = [...fields.keys()].filter((i) => enabled[i] !== disabled[i]);
    const [place] = places;
    if (place === undefined || places.length > 1) return undefined;
    if (before[place] === 0) api.call(`disable${name}`, options);
    return enabled[place] === 1 && disabled[place] === 0 ? place : undefined;
  }
}
