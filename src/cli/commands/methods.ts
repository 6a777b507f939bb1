import { formatTable } from '../../figures/table.js';
import { isRegularizerName, regularizerByName, regularizers } from '../../regularizers/index.js';
import type { Regularizer } from '../../regularizers/regularizer.js';
import { describeNeeds, type MethodOption, methodOptions, openMethod } from '../../run/methods.js';
import { printJson } from '../json.js';

export async function methods(
  name: string | undefined,
  { json = false }: { readonly json?: boolean },
): Promise<void> {
  const known = Object.keys(regularizers).filter(isRegularizerName).map(regularizerByName);
  const chosen = name === undefined ? known : [await openMethod(name)];
  if (json) for (const method of chosen) printJson(asJson(method));
  else process.stdout.write(`${name === undefined ? overview(known) : chosen.map(detail).join('\n')}\n`);
}

function overview(known: readonly Regularizer[]): string {
  const rows = known.map((method) => [
    method.name,
    describeNeeds(method),
    method.defaultLambda,
    methodOptions(method).map(describeDefault).join(', ') || '-',
    method.paper,
  ]);
  const columns = ['name', 'needs', 'lambda', 'options', 'paper'].map((title) => ({ title }));
  return `${formatTable(columns, rows)}\n\nadarand methods NAME explains one of them.`;
}

function detail(method: Regularizer): string {
  const rows = methodOptions(method).map((option) => [
    option.name,
    option.type,
    option.default === undefined ? '-' : String(option.default),
    option.description,
  ]);
  const columns = ['option', 'values', 'default', 'meaning'].map((title) => ({ title }));
  return [
    `${method.name}: ${method.title}`,
    method.paper,
    '',
    `  ${method.formula}`,
    '',
    `needs ${method.needs.join(', ') || 'nothing'}; lambda ${method.defaultLambda}`,
    ...(rows.length === 0 ? [] : ['', formatTable(columns, rows), '', 'Set one with --option NAME=VALUE.']),
  ].join('\n');
}

function asJson(method: Regularizer): object {
  const { name, title, paper, formula, needs, defaultLambda } = method;
  return { name, title, paper, formula, needs, defaultLambda, options: methodOptions(method) };
}

function describeDefault({ name, default: value }: MethodOption): string {
  return value === undefined ? name : `${name}=${value}`;
}
