import type { Builder } from '../../src/models/onnx-import/builder.js';
import { builders } from '../../src/models/onnx-import/builders.js';

/** The ONNX operators that can be imported: those with gradients, and those that constants are computed with. */
export function importableOperators(): string {
  const names = (constant: boolean) =>
    Object.entries<Builder>(builders)
      .filter(([, { stored }]) => (stored.kind === 'constants') === constant)
      .map(([name]) => name)
      .sort()
      .join(', ');
  return `- **Of images and weights:** ${names(false)}.\n- **Of constants alone**, while the graph is built: ${names(true)}.`;
}
