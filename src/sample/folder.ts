import { fileURLToPath } from 'node:url';

/** Where the repository keeps the sample backbone: a model folder that `openModel` reads. */
export const sampleFolder = fileURLToPath(new URL('../../assets/sample-backbone', import.meta.url));
