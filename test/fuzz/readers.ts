import { dataReaders } from './data-readers.js';
import { deviceReaders } from './device-readers.js';
import { experimentReaders } from './experiment-readers.js';
import { hubReaders } from './hub-readers.js';
import { modelReaders } from './model-readers.js';
import { optionReaders } from './option-readers.js';
import type { Reader } from './reader.js';
import { reportReaders } from './report-readers.js';
import { runReaders } from './run-readers.js';
import { searchReaders } from './search-readers.js';

/** Everything that reads what others wrote. Another reader is an entry of one of these. */
export const readers: Readonly<Record<string, Reader>> = {
  ...modelReaders,
  ...hubReaders,
  ...dataReaders,
  ...runReaders,
  ...searchReaders,
  ...reportReaders,
  ...experimentReaders,
  ...optionReaders,
  ...deviceReaders,
};
