import type { Machine } from '../../src/run/folder/describe-machine.js';

/** A machine for tests of what is said about one. */
export const someMachine: Machine = {
  platform: 'linux',
  cpu: 'Some CPU',
  cores: 2,
  memoryBytes: 1,
  node: '20.20.0',
  versions: { adarand: '0.1.0', 'onnxruntime-node': '1.30.0' },
};
