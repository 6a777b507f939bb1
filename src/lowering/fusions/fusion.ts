import type { Node, Value } from '../../graph/value.js';
import type { ReadersOf } from '../readers.js';

/**
 * A rule of `fuse`: what replaces a node's outputs, or `undefined` to keep it. `inputs` are the node's inputs as they
 * are after fusion; `readersOf` speaks of the graph before it.
 */
export type Fusion = (
  node: Node,
  inputs: readonly Value[],
  readersOf: ReadersOf,
) => readonly Value[] | undefined;
