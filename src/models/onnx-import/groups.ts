import { type Node, topologicalOrder, type Value } from '../../graph/value.js';
import type { Parameter, ParameterGroup } from '../../nn/network.js';

/** What leads from the images to the features, and the parameters that it reads, as a graph. */
export interface BuiltNetwork {
  readonly images: Value;
  readonly features: Value;
  /** The graph's inputs that stand for parameters, by name. */
  readonly inputs: ReadonlyMap<string, Value>;
}

/**
 * The parameters of a network in groups by depth, found in its graph. The graph is cut wherever all that the images
 * become passes through one value. Between two cuts lies a layer, or a block that something leads around: a residual
 * block, a dense one, branches that meet again. What lies there is a group if it has a weight; normalisations,
 * positions and biases alone belong to the group before. A residual sum of attention and the one after it are one block
 * of a transformer. A parameter that is used twice belongs to the group nearer to the images.
 */
export function groupsByDepth(
  parameters: ReadonlyMap<string, Parameter>,
  built: BuiltNetwork,
): readonly ParameterGroup[] {
  const sections = sectionsOf(built);
  const sectionOf = firstUses(sections, built);
  const named: string[][] = sections.map(() => []);
  // What is used nowhere is in no way of the images; it may be anywhere.
  for (const name of parameters.keys()) named[sectionOf.get(name) ?? 0]?.push(name);

  const groups: { own: string[]; all: string[]; attends: boolean }[] = [];
  for (const [i, { attends, isResidual }] of sections.entries()) {
    const own = named[i] ?? [];
    if (own.length === 0) continue;
    const last = groups.at(-1);
    const hasWeight = own.some((name) => parameters.get(name)?.kind === 'weight');
    if (last === undefined || (hasWeight && !(last.attends && isResidual && !attends)))
      groups.push({ own: [...own], all: [...own], attends: attends && isResidual });
    else {
      last.all.push(...own);
      if (!hasWeight) continue;
      last.own.push(...own);
      last.attends = false;
    }
  }
  const order = new Map([...parameters.keys()].map((name, i) => [name, i]));
  const names = groups.map(({ own }) => sharedPrefix(own));
  return groups.map(({ own: [first = ''], all }, i) => ({
    name: names.filter((name) => name === names[i]).length === 1 ? (names[i] ?? first) : first,
    parameters: all.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0)),
  }));
}

/** Nodes between two cuts. */
interface Section {
  readonly nodes: readonly Node[];
  readonly attends: boolean;
  /** Whether it ends in the sum of two things that the images become. */
  readonly isResidual: boolean;
}

function sectionsOf({ images, features }: BuiltNetwork): Section[] {
  const along = new Set([images]);
  const path = topologicalOrder([features]).filter((node) => {
    const isAlong = node.inputs.some((value) => along.has(value));
    if (isAlong) for (const output of node.outputs) along.add(output);
    return isAlong;
  });
  const lastUse = new Map<Value, number>([[features, path.length]]);
  for (const [i, { inputs }] of path.entries())
    for (const value of inputs) if (value !== features) lastUse.set(value, i);

  const sections: Section[] = [];
  let nodes: Node[] = [];
  const open = new Set([images]);
  for (const [i, node] of path.entries()) {
    nodes.push(node);
    for (const value of node.inputs) if (lastUse.get(value) === i) open.delete(value);
    for (const value of node.outputs) if ((lastUse.get(value) ?? 0) > i) open.add(value);
    if (open.size > 1) continue;
    sections.push({
      nodes,
      attends: nodes.some(({ operator }) => operator.name === 'Softmax'),
      isResidual: node.operator.name === 'Add' && node.inputs.every((value) => along.has(value)),
    });
    nodes = [];
  }
  // Features that no image decides have no way either.
  return sections.length > 0 ? sections : [{ nodes, attends: false, isResidual: false }];
}

/** The first section that uses each parameter, itself or through what is made of it. */
function firstUses(sections: readonly Section[], { features, inputs }: BuiltNetwork): Map<string, number> {
  const first = new Map<Value, number>();
  const use = (value: Value, section: number) => {
    first.set(value, Math.min(first.get(value) ?? section, section));
  };
  const sectionOf = new Map(sections.flatMap(({ nodes }, i) => nodes.map((node) => [node, i] as const)));
  for (const node of topologicalOrder([features]).toReversed()) {
    const users = node.outputs.flatMap((output) => first.get(output) ?? []);
    const section = sectionOf.get(node) ?? Math.min(...users);
    for (const value of node.inputs) use(value, section);
  }
  return new Map(
    [...inputs].flatMap(([name, value]) => {
      const section = first.get(value);
      return section === undefined ? [] : [[name, section] as const];
    }),
  );
}

/** What names have in common before a dot: `layer1.0`; the first one where that is nothing. */
function sharedPrefix(names: readonly string[]): string {
  const [first = '', ...others] = names;
  const parts = first.split('.').slice(0, -1);
  while (parts.length > 0 && !others.every((name) => name.startsWith(`${parts.join('.')}.`))) parts.pop();
  return parts.length > 0 ? parts.join('.') : first;
}
