import { at } from '../../errors.js';
import { nodeOf } from '../../graph/node-of.js';
import { Add, add } from '../../graph/operators/add.js';
import { Concat } from '../../graph/operators/concat.js';
import { Expand } from '../../graph/operators/expand.js';
import { pad } from '../../graph/operators/pad.js';
import { sameShape } from '../../graph/tensor.js';
import type { Fusion } from './fusion.js';

/**
 * A class token t [1,1,D], repeated over the batch in front of tokens x [N,T,D], and a table p [1,1+T,D] added:
 *
 *     [t; x] + p = [0; x] + (p + [t; 0]).
 *
 * Nothing is repeated over the batch, nor its gradient summed over it a second time.
 */
export const prefixIntoTable: Fusion = (node, [joined, table], readersOf) => {
  if (node.operator.name !== Add.name || joined === undefined || table === undefined) return undefined;
  const concat = nodeOf(joined, Concat);
  if (concat?.inputs.length !== 2 || readersOf(at(node.inputs, 0)).length !== 1) return undefined;
  const [first, rest] = [at(concat.inputs, 0), at(concat.inputs, 1)];
  const prefix = nodeOf(first, Expand)?.inputs[0];
  const axis = concat.attributes.axis;
  const length = at(first.shape, axis);
  const reaches = table.shape.length === joined.shape.length && table.shape[axis] === joined.shape[axis];
  if (!reaches || prefix === undefined || !sameShape(prefix.shape, table.shape.with(axis, length)))
    return undefined;
  const none = table.shape.map(() => 0);
  const alone = pad(prefix, none, none.with(axis, at(rest.shape, axis)));
  return [add(pad(rest, none.with(axis, length), none), add(table, alone))];
};
