import { z } from 'zod';
import { Operation } from '../../src/run/operations/operation.js';

/** Says which process it is in, and then blocks that process for ever, as native code may. */
export const block = new Operation({
  module: import.meta.url,
  request: z.strictObject({}),
  result: z.null(),
  perform: async (_, host) => {
    host.emit({ type: 'remark', text: String(process.pid) });
    await new Promise((resolve) => setTimeout(resolve, 200));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    return null;
  },
});
