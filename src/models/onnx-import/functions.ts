import { create } from '@bufbuild/protobuf';
import { AdarandError } from '../../errors.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type FunctionProto,
  type ModelProto,
  type NodeProto,
  NodeProtoSchema,
} from '../../graph/onnx/onnx_pb.js';

/** How deep functions may call others, and how many nodes all of them together may come to: far above any exporter's. */
const DEEPEST = 64;
const MOST_NODES = 2 ** 18;

/**
 * The nodes of a file's graph, with the body of a function in place of each node that calls one. Values inside get names
 * of their own.
 *
 * @throws AdarandError `model.damaged` for functions that call themselves, or come to too many nodes;
 * `model.unsupported-operator` for one that is of another operator set than the file.
 */
export function withoutCalls(model: ModelProto, nodes: readonly NodeProto[], file: string): NodeProto[] {
  if (model.functions.length === 0) return [...nodes];
  const functions = new Map(model.functions.map((one) => [keyOf(one.domain, one.name, one.overload), one]));
  const opset = (imports: ModelProto['opsetImport']) => imports.find(({ domain }) => isOnnx(domain))?.version;
  const result: NodeProto[] = [];
  let calls = 0;
  const visit = (node: NodeProto, depth: number) => {
    const called = functions.get(keyOf(node.domain, node.opType, node.overload));
    if (called === undefined) {
      result.push(node);
      if (result.length > MOST_NODES) throw tooMuch(`its functions come to more than ${MOST_NODES} nodes`);
      return;
    }
    if (depth > DEEPEST) throw tooMuch(`its function "${called.name}" calls itself`);
    const version = opset(called.opsetImport);
    if (version !== undefined && version !== opset(model.opsetImport))
      throw new AdarandError(
        'model.unsupported-operator',
        `${file}: its function "${called.name}" is of operator set ${version}, and the file of ${opset(model.opsetImport)}`,
        'Export the model again, without functions.',
      );
    calls++;
    if (calls > MOST_NODES) throw tooMuch(`its functions are called more than ${MOST_NODES} times`);
    for (const inner of bodyOf(called, node, `${node.name || called.name}/${calls}/`))
      visit(inner, depth + 1);
  };
  for (const node of nodes) visit(node, 0);
  return result;

  function tooMuch(what: string): AdarandError {
    return new AdarandError(
      'model.damaged',
      `${file} is damaged: ${what}`,
      'Export the model again, without functions.',
    );
  }
}

function bodyOf(called: FunctionProto, call: NodeProto, prefix: string): NodeProto[] {
  const names = new Map<string, string>();
  called.input.forEach((name, i) => {
    names.set(name, call.input[i] ?? '');
  });
  const passedOn: NodeProto[] = [];
  called.output.forEach((name, i) => {
    const output = call.output[i];
    if (output === undefined || output === '') return;
    if (!called.input.includes(name)) names.set(name, output);
    else passedOn.push(create(NodeProtoSchema, { opType: 'Identity', input: [name], output: [output] }));
  });
  const nameOf = (name: string) => (name === '' ? '' : (names.get(name) ?? `${prefix}${name}`));
  const identities = passedOn.map((node) => ({ ...node, input: node.input.map(nameOf) }));
  const body = called.node.map((node) =>
    create(NodeProtoSchema, {
      ...node,
      name: `${prefix}${node.name}`,
      input: node.input.map(nameOf),
      output: node.output.map(nameOf),
      attribute: node.attribute.flatMap((attribute) => given(attribute, called, call)),
    }),
  );
  return [...body, ...identities];
}

/** An attribute inside a function may be one of the call's, or else the function's own; or is left out. */
function given(attribute: AttributeProto, called: FunctionProto, call: NodeProto): readonly AttributeProto[] {
  const { name, refAttrName } = attribute;
  if (refAttrName === '') return [attribute];
  const meant = [...call.attribute, ...called.attributeProto].find((one) => one.name === refAttrName);
  return meant === undefined ? [] : [create(AttributeProtoSchema, { ...meant, name })];
}

function keyOf(domain: string, name: string, overload: string): string {
  return JSON.stringify([isOnnx(domain) ? '' : domain, name, overload]);
}

function isOnnx(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}
