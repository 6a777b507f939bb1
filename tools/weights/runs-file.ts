import { join } from 'node:path';
import { packageFolder } from '../../src/package.js';

/** What the sweep has measured so far. */
export const RUNS = join(packageFolder(), 'tools', 'weights', 'runs.jsonl');
