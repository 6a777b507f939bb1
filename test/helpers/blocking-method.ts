/** A file of a method that says which process loads it, and then blocks that process for ever, as native code may. */
import type { FromProcess } from '../../src/process/messages.js';

const whoIsBlocked: FromProcess = { type: 'event', event: { type: 'remark', text: String(process.pid) } };
process.send?.(whoIsBlocked);
await new Promise((resolve) => setTimeout(resolve, 200));
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
