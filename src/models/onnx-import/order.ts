import { AdarandError } from '../../errors.js';
import { AGAIN } from './damaged.js';
import type { OnnxModel, OnnxNode } from './decode.js';

/**
 * The nodes that a value needs, each after those it reads. Iterative, since a file may be as deep as it likes.
 *
 * @throws AdarandError `model.damaged` where a value comes from nowhere or needs itself.
 */
export function nodesFor(target: string, model: OnnxModel): OnnxNode[] {
  const { producers, constants, file } = model;
  const given = new Set(model.inputs.map(({ name }) => name));
  const order: OnnxNode[] = [];
  const state = new Map<OnnxNode, 'open' | 'done'>();
  const stack: { node: OnnxNode; next: number }[] = [];
  const visit = (name: string, reader: string) => {
    if (name === '' || constants.has(name) || given.has(name)) return;
    const node = producers.get(name);
    if (node === undefined)
      throw new AdarandError(
        'model.damaged',
        `${file} is damaged: ${reader} reads "${name}", which nothing makes`,
        AGAIN,
      );
    if (state.get(node) === 'open')
      throw new AdarandError(
        'model.damaged',
        `${file} is damaged: "${node.name}" needs its own result`,
        AGAIN,
      );
    if (state.has(node)) return;
    state.set(node, 'open');
    stack.push({ node, next: 0 });
  };
  visit(target, 'the output');
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const { node } = top;
    const child = node.inputs[top.next++];
    if (child !== undefined) visit(child, `${node.type} "${node.name}"`);
    else {
      stack.pop();
      state.set(node, 'done');
      order.push(node);
    }
  }
  return order;
}
