import type { ArchitectureConfig } from '../config.js';

/** What is to be known of named tensors to write others, of the same network, as their library reads them. */
export interface TensorOrigin {
  /** Of the naming that they had. */
  readonly library: string;
  readonly marker: string;
  /** Ours, without `.weight`: the classifiers that the network's features are for; none where it has no place for one. */
  readonly heads: readonly string[];
  /** Without what belongs to its classes; null for tensors without a configuration. */
  readonly config: ArchitectureConfig | null;
}

/** The same configuration without what is another's in a fine-tuned network, or of no use to it. */
export function lastingConfig(config: ArchitectureConfig): ArchitectureConfig {
  switch (config.library) {
    case 'timm':
      return { ...config, args: without(config.args, timmPassing) };
    case 'transformers':
      return { ...config, fields: without(config.fields, transformersPassing) };
    case 'OpenCLIP':
      return config;
  }
}

const timmPassing = ['num_classes', 'in_chans', 'img_size', 'pretrained'];

const transformersPassing = [
  'model_type',
  'id2label',
  'label2id',
  'num_labels',
  'problem_type',
  'architectures',
  'torch_dtype',
  'dtype',
  'transformers_version',
  'transformers.js_config',
  'adarand',
  '_name_or_path',
  'auto_map',
  'quantization_config',
];

function without(
  fields: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}
