import { z } from 'zod';
import { AdarandError } from '../errors.js';
import { add } from '../graph/operators/add.js';
import { mul } from '../graph/operators/mul.js';
import { scalar, type Value } from '../graph/value.js';
import type { Built, LossTools, Method, MethodInputs, Tensors } from './method.js';
import type { PrepareTools } from './prepare.js';

/** A method's weight among others, and its own options. */
interface Part {
  readonly lambda: number;
  readonly options: unknown;
}

/**
 * Several methods as one: `bss+l2-sp` is L = CE + lambda (w_1 R_1 + w_2 R_2), with lambda 1. A method's weight is its own
 * default unless `bss.lambda` says otherwise, and its options have its name before them: `bss.k`. A second term whose
 * weight is an option of its method (beta of L2-SP and DELTA) is added as it is.
 *
 * @throws AdarandError `method.compose` where that makes no sense, with the reason. That two methods each replace the
 * cross-entropy, or each train a state, shows when the graph is built.
 */
export function compose(methods: readonly Method[]): Method<Readonly<Record<string, Part>>> {
  const name = methods.map((method) => method.name).join('+');
  const refuse = (reason: string) =>
    new AdarandError(
      'method.compose',
      `${name}: ${reason}`,
      '`adarand methods` tells what each method does.',
    );
  checkParts(methods, refuse);
  const partOf = (parts: Readonly<Record<string, Part>>, method: Method): Part =>
    parts[method.name] ?? { lambda: method.defaultLambda, options: method.options.parse({}) };
  const chooser = methods.find(({ sampleSource }) => sampleSource !== undefined);
  const adapting = methods.find(({ rounds }) => rounds !== undefined);
  const prepareAll = async (tools: PrepareTools, parts: Readonly<Record<string, Part>>): Promise<Tensors> => {
    const prepared: Record<string, Tensors[string]> = {};
    for (const method of methods) {
      const made = (await method.prepare?.(tools, partOf(parts, method).options)) ?? {};
      for (const [key, tensor] of Object.entries(made)) prepared[`${method.name}.${key}`] = tensor;
    }
    return prepared;
  };
  return {
    name,
    title: methods.map(({ title }) => title).join(', and '),
    paper: methods.map(({ paper }) => paper).join('; '),
    formula: `L = CE + lambda (${methods.map((method) => `w_{${method.name}} R_{${method.name}}`).join(' + ')}), and what they add beside R`,
    needs: [...new Set(methods.flatMap(({ needs }) => needs))],
    options: optionsOf(methods),
    defaultLambda: 1,
    featureScaled: methods.some(({ featureScaled }) => featureScaled !== false) ? 'parts' : false,
    replacesWeightDecay: methods.some(({ replacesWeightDecay }) => replacesWeightDecay),
    ...(methods.some(({ prepare }) => prepare !== undefined) && { prepare: prepareAll }),
    build(context, parts) {
      const built = methods.map((method) => {
        const { lambda, options } = partOf(parts, method);
        const weight = method.featureScaled === true ? lambda * context.featureScale : lambda;
        return { method, weight, ...method.build(prefixed(context, `${method.name}.`), options) };
      });
      for (const part of ['taskLoss', 'learned'] as const) {
        const owners = built.filter((each) => each[part] !== undefined).map(({ method }) => method.name);
        if (owners.length > 1) throw refuse(`${owners.join(' and ')} ${conflicts[part]}`);
      }
      const own = <Part extends keyof Built>(part: Part) =>
        built.find((each) => each[part] !== undefined)?.[part];
      const [taskLoss, learned] = [own('taskLoss'), own('learned')];
      return {
        ...(taskLoss === undefined ? {} : { taskLoss }),
        ...(learned === undefined ? {} : { learned }),
        penalty: sum(built.map(({ penalty, weight }) => penalty && mul(penalty, scalar(weight)))),
        extraLoss: sum(built.map(({ extraLoss }) => extraLoss)),
        updates: new Map(built.flatMap(({ updates = [] }) => [...updates])),
        preSteps: built.flatMap(({ preSteps = [] }) => preSteps),
        metrics: Object.fromEntries(
          built.flatMap(({ method, metrics = {} }) =>
            Object.entries(metrics).map(([key, value]) => [`${method.name}.${key}`, value]),
          ),
        ),
      };
    },
    ...(chooser && {
      sampleSource: (context, parts) =>
        chooser.sampleSource?.(
          { ...context, tensor: (key) => context.tensor(`${chooser.name}.${key}`) },
          partOf(parts, chooser).options,
        ) ?? new Int32Array(),
    }),
    ...(adapting?.rounds && {
      rounds: roundsOf(adapting.name, adapting.rounds, (parts) => partOf(parts, adapting).options),
    }),
  };
}

const conflicts = {
  taskLoss: 'each have a classification loss of their own, and there is one taskLoss',
  learned: 'each train a state of their own, which one step does not do twice',
} as const;

function checkParts(methods: readonly Method[], refuse: (reason: string) => AdarandError): void {
  if (methods.length < 2) throw refuse('it takes two methods to combine them');
  const names = methods.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw refuse(`${twice} stands there twice; a larger weight does the same`);
  if (names.includes('fine-tuning')) throw refuse('fine-tuning is what every method does already');
  const probe = methods.find(({ trains }) => trains === 'head');
  if (probe !== undefined)
    throw refuse(`${probe.name} trains the head alone: for other methods nothing is left to act on`);
  const choosers = methods.filter(({ sampleSource }) => sampleSource !== undefined).map(({ name }) => name);
  if (choosers.length > 1) throw refuse(`${choosers.join(' and ')} each choose the source images of a batch`);
}

/** `bss.k`, `bss.lambda`, ... as one flat object, parsed into each method's own. */
function optionsOf(methods: readonly Method[]): z.ZodType<Readonly<Record<string, Part>>> {
  const fields: Record<string, z.ZodType> = {};
  for (const { name, options, defaultLambda } of methods) {
    fields[`${name}.lambda`] = z.number().positive().default(defaultLambda).describe(`weight of ${name}`);
    if (options instanceof z.ZodObject)
      for (const [key, field] of Object.entries(options.shape)) fields[`${name}.${key}`] = field;
  }
  return z.strictObject(fields).transform((flat, context) => {
    const parts: Record<string, Part> = {};
    for (const { name, options } of methods) {
      const own = Object.entries(flat).filter(
        ([key]) => key.startsWith(`${name}.`) && key !== `${name}.lambda`,
      );
      const parsed = options.safeParse(
        Object.fromEntries(own.map(([key, value]) => [key.slice(name.length + 1), value])),
      );
      if (parsed.success) parts[name] = { lambda: Number(flat[`${name}.lambda`]), options: parsed.data };
      else
        for (const { message } of parsed.error.issues)
          context.addIssue({ code: 'custom', message: `${name}: ${message}` });
    }
    return parts;
  });
}

/** The same context, with the names of what a method makes for itself behind a prefix. */
function prefixed(context: MethodInputs & LossTools, prefix: string): MethodInputs & LossTools {
  const tools: Partial<LossTools> = {
    prepared: (name) => context.prepared(prefix + name),
    state: (name, initial) => context.state(prefix + name, initial),
    scratch: (name, shape) => context.scratch(prefix + name, shape),
    parameter: (name, initial, kind) => context.parameter(prefix + name, initial, kind),
  };
  // Not a copy: that would look behind every getter.
  return new Proxy(context, {
    get: (target, key) => Reflect.get(Object.hasOwn(tools, key) ? tools : target, key),
  });
}

function roundsOf<Options>(
  name: string,
  rounds: NonNullable<Method['rounds']>,
  optionsOf: (parts: Options) => unknown,
) {
  return {
    epochs: (parts: Options) => rounds.epochs(optionsOf(parts)),
    next(
      state: (name: string) => Tensors[string],
      predictions: Parameters<typeof rounds.next>[1],
      parts: Options,
    ) {
      const next = rounds.next((key) => state(`${name}.${key}`), predictions, optionsOf(parts));
      return Object.fromEntries(Object.entries(next).map(([key, tensor]) => [`${name}.${key}`, tensor]));
    },
  };
}

function sum(values: readonly (Value | undefined)[]): Value {
  return values.reduce((total: Value, value) => (value === undefined ? total : add(total, value)), scalar(0));
}
