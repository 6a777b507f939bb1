/** A program that opens a model, and says the error's code and what it took: bytes beyond those at its start, as JSON. */
import { AdarandError } from '../../src/errors.js';
import { openModel } from '../../src/models/open.js';

const before = process.resourceUsage().maxRSS * 1024;
const code = await openModel(process.argv[2] ?? '').then(
  () => 'opened',
  (error: unknown) => (error instanceof AdarandError ? error.code : String(error)),
);
console.log(JSON.stringify({ code, taken: process.resourceUsage().maxRSS * 1024 - before }));
