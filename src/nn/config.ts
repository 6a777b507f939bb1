import type { z } from 'zod';
import { AdarandError } from '../errors.js';

/** What a model's `config.json` says about its architecture, as the library that wrote it has it. */
export type ArchitectureConfig =
  | { readonly library: 'timm'; readonly architecture: string; readonly args: Fields }
  | {
      readonly library: 'transformers';
      readonly modelType: string;
      readonly fields: Fields;
      /** Names of fields with whole numbers that are written as 1.0: Python's transformers refuses them as 1. */
      readonly floats?: readonly string[] | undefined;
    }
  | { readonly library: 'OpenCLIP'; readonly fields: Fields };

export type Fields = Readonly<Record<string, unknown>>;

/** A field that may be missing or null, of a type. */
export function field<T>(fields: Fields, name: string, schema: z.ZodType<T>): T | undefined {
  const result = schema.nullish().safeParse(fields[name]);
  return result.success ? (result.data ?? undefined) : undefined;
}

/**
 * Refuses what timm built a network with, beyond what is known here or is seen in its tensors.
 *
 * @throws AdarandError `model.architecture`.
 */
export function refuseOtherArguments(architecture: string, args: Fields, known: readonly string[]): void {
  // These change nothing, or the number of classes and of channels, which tensors tell.
  const harmless = ['num_classes', 'in_chans', 'drop_rate', 'drop_path_rate', 'pretrained'];
  for (const [name, value] of Object.entries(args))
    if (!known.includes(name) && !harmless.includes(name))
      throw unknownArchitecture(`timm's ${architecture} with ${name}=${short(value)}`);
}

/** A value for a message. One that holds others may be of any depth. */
function short(value: unknown): string {
  const nested = (each: unknown) => typeof each === 'object' && each !== null;
  if (Array.isArray(value) ? value.some(nested) : nested(value)) return '...';
  return String(JSON.stringify(value)).slice(0, 80);
}

/** For a network whose tensors look like one that is known here. */
export function unknownArchitecture(what: string): AdarandError {
  return new AdarandError(
    'model.architecture',
    `${what} is not an architecture that is known here`,
    'An ONNX export of the model can be opened instead.',
  );
}

/** For a configuration that names another network than the one that its tensors look like. */
export function otherArchitecture(config: ArchitectureConfig): AdarandError {
  switch (config.library) {
    case 'timm':
      return unknownArchitecture(`timm's ${config.architecture}`);
    case 'transformers':
      return unknownArchitecture(`transformers' ${config.modelType}`);
    case 'OpenCLIP':
      return unknownArchitecture('This image tower of CLIP');
  }
}
