import { type Evidence, isFinished } from './evidence.js';

/** Forms of AdaRand and RandReg that papers compare, by the label that their runs have. */
export interface Variant {
  readonly name: VariantName;
  readonly label: string;
}

/** In the order of the AdaRand paper's ablation; then the priors of RandReg, from the plainest on. */
const names = [
  'AdaRand',
  'AdaRand without l_intra',
  'AdaRand without l_inter',
  'AdaRand without both',
  'RandReg, U(0, 1)',
  'RandReg, N(0, 1)',
  'RandReg, pretrained statistics',
  'RandReg, class statistics (CP)',
] as const;

export type VariantName = (typeof names)[number];

const priors: Readonly<Record<string, VariantName>> = {
  uniform: 'RandReg, U(0, 1)',
  normal: 'RandReg, N(0, 1)',
  pretrained: 'RandReg, pretrained statistics',
  class: 'RandReg, class statistics (CP)',
};

/** Those that there are runs of, whose method has no other options than these. */
export function variantsIn({ runs }: Pick<Evidence, 'runs'>): Variant[] {
  const found = new Map<VariantName, string>();
  for (const { record, place } of runs.filter(isFinished)) {
    const name = variantOf(record.options.method, record.options.methodOptions);
    if (name !== undefined && !found.has(name)) found.set(name, place.method);
  }
  return names.flatMap((name) => {
    const label = found.get(name);
    return label === undefined ? [] : [{ name, label }];
  });
}

/** Which of them a method with these options of its own is; undefined where it is none. */
export function variantOf(
  method: string,
  options: Readonly<Record<string, unknown>>,
): VariantName | undefined {
  const has = (...known: readonly string[]) => Object.keys(options).every((key) => known.includes(key));
  const isOff = (key: string) => options[key] === false || options[key] === 'false';
  if (method === 'adarand' && has('intra', 'inter', 'form') && (options.form ?? 'paper') === 'paper') {
    if (isOff('intra')) return isOff('inter') ? 'AdaRand without both' : 'AdaRand without l_intra';
    return isOff('inter') ? 'AdaRand without l_inter' : 'AdaRand';
  }
  if (method === 'randreg' && has('prior')) return priors[String(options.prior ?? 'uniform')];
  return undefined;
}
