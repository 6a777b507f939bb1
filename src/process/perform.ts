import type { RunHost } from '../run/events.js';
import type { ProcessResults } from './calls.js';
import type { ToProcess } from './messages.js';

type Call = Extract<ToProcess, { readonly type: 'call' }>;

/** Does what was asked for. Each operation is loaded when it is wanted: a probe needs no image library. */
export async function perform(call: Call, host: RunHost): Promise<ProcessResults[Call['name']]> {
  switch (call.name) {
    case 'train':
      return (await import('../run/train/train-run.js')).trainRun(call.request, host);
    case 'resume':
      return (await import('../run/train/train-run.js')).resumeRun(call.request.run, host);
    case 'evaluate':
      return (await import('../run/use/evaluate-run.js')).evaluateRun(call.request, host);
    case 'predict':
      return (await import('../run/use/predict-run.js')).predictRun(call.request, host);
    case 'export':
      return (await import('../run/use/export-run.js')).exportRun(call.request);
    case 'probe':
      return (await import('../run/device/compile-options.js')).deviceCheck(call.request.device);
  }
}
