import type { RunHost } from '../run/events.js';
import type { EngineResults } from './calls.js';
import type { ToEngine } from './messages.js';

type Call = Extract<ToEngine, { readonly type: 'call' }>;

/** Does what was asked for. Each operation is loaded when it is wanted: a probe needs no image library. */
export async function perform(call: Call, host: RunHost): Promise<EngineResults[Call['name']]> {
  switch (call.name) {
    case 'train':
      return (await import('../run/train-run.js')).trainRun(call.request, host);
    case 'resume':
      return (await import('../run/train-run.js')).resumeRun(call.request.run, host);
    case 'evaluate':
      return (await import('../run/evaluate-run.js')).evaluateRun(call.request, host);
    case 'predict':
      return (await import('../run/predict-run.js')).predictRun(call.request, host);
    case 'export':
      return (await import('../run/export-run.js')).exportRun(call.request);
    case 'probe':
      return (await import('../run/compile-options.js')).probeDevice(call.request.device);
  }
}
