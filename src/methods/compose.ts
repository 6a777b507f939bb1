import { z } from 'zod';
import { AdarandError } from '../errors.js';
import { add, mul, type Value } from '../graph/ops.js';
import type { Tensors } from '../graph/tensor.js';
import type { ReadTensor } from './host.js';
import type { MethodInputs } from './inputs.js';
import { lambdaScale } from './lambda-unit.js';
import type { LossTools, MethodLosses } from './losses.js';
import { type Bound, type BoundMethod, defineMethod, type Method } from './method.js';
import { optionIssue } from './option-issue.js';

/** The error for what cannot be combined, with the reason and what to do instead. */
type Refuse = (reason: string, hint: string) => AdarandError;

/** For two that each do what is done once. */
const LEAVE_OUT = 'Leave one of them out.';

const weightSchema = z.number().positive();

/** A bound method among others: its weight, and how its tensors are called outside. */
interface Part {
  readonly method: BoundMethod;
  readonly lambda: number;
  readonly prefix: string;
}

/**
 * Several methods as one: `bss+l2-sp` is L = CE + lambda (w_1 R_1 + w_2 R_2), with lambda 1. A method's weight is its own
 * default unless `bss.lambda` says otherwise, and its options have its name before them: `bss.k`. An extra loss (beta of
 * L2-SP and DELTA) is added as it is.
 *
 * @throws AdarandError `method.compose` where that makes no sense, with the reason. That two methods each replace the
 * cross-entropy, or each train a state, shows when the graph is built.
 */
export function compose(methods: readonly Method[]): Method {
  const name = methods.map((method) => method.name).join('+');
  const refuse: Refuse = (reason, hint) =>
    new AdarandError('method.compose', `${name === '' ? 'compose' : name}: ${reason}`, hint);
  checkMethods(methods, refuse);
  return defineMethod({
    name,
    title: methods.map(({ title }) => title).join(', '),
    paper: methods.map(({ paper }) => paper).join('; '),
    formula: `L = CE + lambda (${methods.map((method) => `w_{${method.name}} R_{${method.name}}`).join(' + ')}), and their extra losses`,
    options: optionsOf(methods),
    defaultLambda: 1,
    lambdaUnit: methods.some(({ lambdaUnit }) => lambdaUnit !== 'none') ? 'parts' : 'none',
    replacesWeightDecay: methods.some(({ replacesWeightDecay }) => replacesWeightDecay),
    replacesTaskLoss: methods.some(({ replacesTaskLoss }) => replacesTaskLoss),
    unused: (options) =>
      partsOf(methods, options).flatMap(({ method: { unused = [] }, prefix }) =>
        unused.map((name) => prefix + name),
      ),
    bind: (options) => bindParts(partsOf(methods, options), refuse),
  });
}

function partsOf(methods: readonly Method[], options: Readonly<Record<string, unknown>>): Part[] {
  return methods.map((method) => {
    const prefix = `${method.name}.`;
    const { lambda, ...own } = optionsWith(prefix, options);
    return { method: method.bind(own), lambda: weightSchema.parse(lambda), prefix };
  });
}

function bindParts(parts: readonly Part[], refuse: Refuse): Bound {
  const samplers = parts.filter(({ method }) => method.sourceSampler !== undefined);
  if (samplers.length > 1)
    throw refuse(`${namesOf(samplers)} each choose the source images of a batch`, LEAVE_OUT);
  const [sampler] = samplers;
  const updaters = parts.filter(({ method }) => method.epochCallback !== undefined);
  if (updaters.length > 1)
    throw refuse(`${namesOf(updaters)} each give their states new values after some epochs`, LEAVE_OUT);
  const [updating] = updaters;
  const preparing = parts.filter(({ method }) => method.prepare !== undefined);
  return {
    needs: [...new Set(parts.flatMap(({ method }) => method.needs))],
    ...(preparing.length > 0 && {
      async prepare(tools) {
        const prepared: Record<string, Tensors[string]> = {};
        for (const { method, prefix } of preparing)
          Object.assign(prepared, prefixed(prefix, (await method.prepare?.(tools)) ?? {}));
        return prepared;
      },
    }),
    ...(sampler?.method.sourceSampler && {
      sourceSampler: samplerOf(sampler, sampler.method.sourceSampler),
    }),
    ...(updating?.method.epochCallback && {
      epochCallback: callbackOf(updating, updating.method.epochCallback),
    }),
    loss: (inputs, tools) => combined(parts, inputs, tools, refuse),
  };
}

function combined(
  parts: readonly Part[],
  inputs: MethodInputs,
  tools: LossTools,
  refuse: Refuse,
): MethodLosses {
  const built = parts.map(({ method, lambda, prefix }) => {
    const own = named(prefix, tools);
    const weight = lambda * lambdaScale(method.lambdaUnit, own);
    return { method, prefix, weight, losses: method.loss(inputs, own) };
  });
  for (const [part, conflict] of Object.entries(conflicts)) {
    const owners = built.filter(({ losses }) => Object.hasOwn(losses, part));
    if (owners.length > 1) throw refuse(`${namesOf(owners)} ${conflict}`, LEAVE_OUT);
  }
  const all = built.map(({ losses }) => losses);
  const taskLoss = all.find((losses) => losses.taskLoss !== undefined)?.taskLoss;
  const learned = all.find((losses) => losses.learned !== undefined)?.learned;
  const penalty = sum(built.map(({ losses, weight }) => losses.penalty && mul(losses.penalty, weight)));
  const extraLoss = sum(all.map((losses) => losses.extraLoss));
  return {
    ...(taskLoss && { taskLoss }),
    ...(penalty && { penalty }),
    ...(extraLoss && { extraLoss }),
    ...(learned && { learned }),
    parts: new Map(built.map(({ method, losses }) => [method.name, losses])),
    updates: new Map(all.flatMap(({ updates = [] }) => [...updates])),
    preSteps: all.flatMap(({ preSteps = [] }) => preSteps),
    metrics: Object.assign({}, ...built.map(({ losses, prefix }) => prefixed(prefix, losses.metrics ?? {}))),
  };
}

const conflicts: { readonly [Part in 'taskLoss' | 'learned']: string } = {
  taskLoss: 'each have a classification loss of their own, and a step has one',
  learned: 'each train a state of their own, which one step does not do twice',
};

function checkMethods(methods: readonly Method[], refuse: Refuse): void {
  if (methods.length < 2)
    throw refuse('it takes two methods to combine them', 'Name another one, or use it by itself.');
  const names = methods.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw refuse(
      `${twice} is named twice; a larger weight does the same`,
      `Name it once; its weight is the option ${twice}.lambda.`,
    );
  if (names.includes('fine-tuning'))
    throw refuse('fine-tuning is what every method does already', 'Leave fine-tuning out.');
  const headOnly = methods.find(({ trains }) => trains === 'head');
  if (headOnly !== undefined)
    throw refuse(
      `${headOnly.name} trains the head alone: for other methods nothing is left to act on`,
      `Leave ${headOnly.name} out, or use it by itself.`,
    );
  const named = methods.find(({ options }) => options instanceof z.ZodObject && 'lambda' in options.shape);
  if (named !== undefined)
    throw refuse(
      `${named.name} has an option lambda, which is what its weight is called`,
      'Give that option another name.',
    );
}

/** `bss.k`, `bss.lambda`, ... as one flat object; each method's own schema has the last word on its part. */
function optionsOf(methods: readonly Method[]) {
  const fields: Record<string, z.ZodType> = {};
  for (const { name, options, defaultLambda } of methods) {
    fields[`${name}.lambda`] = weightSchema.default(defaultLambda).describe(`weight of ${name}`);
    if (options instanceof z.ZodObject)
      for (const [key, field] of Object.entries(options.shape)) fields[`${name}.${key}`] = field;
  }
  return z.strictObject(fields).superRefine((flat, context) => {
    for (const { name, options } of methods) {
      const { lambda: _, ...own } = optionsWith(`${name}.`, flat);
      for (const issue of options.safeParse(own, { reportInput: true }).error?.issues ?? [])
        context.addIssue({
          code: 'custom',
          path: [`${name}.${issue.path.join('.')}`],
          message: optionIssue(issue),
        });
    }
  });
}

/** Those with a prefix, without it. */
function optionsWith(prefix: string, flat: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const own = Object.entries(flat).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
}

function prefixed<T>(prefix: string, entries: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [prefix + key, value]));
}

/** The same tools, with the names of what a method makes for itself behind a prefix. */
function named(prefix: string, tools: LossTools): LossTools {
  return {
    ...tools,
    prepared: (name, dtype) => tools.prepared(prefix + name, dtype),
    state: (name, initial) => tools.state(prefix + name, initial),
    scratch: (name, shape) => tools.scratch(prefix + name, shape),
    parameter: (name, initial, kind) => tools.parameter(prefix + name, initial, kind),
  };
}

function samplerOf(
  { prefix }: Part,
  sample: NonNullable<Bound['sourceSampler']>,
): NonNullable<Bound['sourceSampler']> {
  return (context) => sample({ ...context, tensor: reading(prefix, context.tensor) });
}

function callbackOf(
  { prefix }: Part,
  callback: NonNullable<Bound['epochCallback']>,
): NonNullable<Bound['epochCallback']> {
  return {
    epochs: callback.epochs,
    reads: (callback.reads ?? []).map((name) => prefix + name),
    run: (tensor, predictions) => prefixed(prefix, callback.run(reading(prefix, tensor), predictions)),
  };
}

function reading(prefix: string, tensor: ReadTensor): ReadTensor {
  return (name, dtype) => tensor(prefix + name, dtype);
}

function namesOf(parts: readonly { readonly method: BoundMethod }[]): string {
  return parts.map(({ method }) => method.name).join(' and ');
}

function sum(values: readonly (Value | undefined)[]): Value | undefined {
  const present = values.filter((value) => value !== undefined);
  return present.length === 0 ? undefined : present.reduce(add);
}
