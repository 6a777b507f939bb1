import { z } from 'zod';
import { experimentSchema } from '../../src/experiments/compare/options/experiment.js';
import { optionRegistry } from '../../src/run/options/option.js';

/** assets/experiment.schema.json: what the YAML file of an experiment may have, for editors. */
export function experimentJsonSchema(): string {
  const schema = z.toJSONSchema(experimentSchema, {
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
    override({ zodSchema, jsonSchema }) {
      const meta = optionRegistry.get(zodSchema);
      if (meta === undefined) return;
      jsonSchema.description = [
        meta.description,
        ...(meta.otherwise === undefined ? [] : [`Default: ${meta.otherwise}.`]),
      ].join(' ');
    },
  });
  return `${JSON.stringify({ title: 'An experiment of adarand compare', ...schema }, undefined, 2)}\n`;
}
