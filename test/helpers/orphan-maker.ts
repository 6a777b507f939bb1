/** A program that starts a process which blocks, and prints its number. */
import { fileURLToPath } from 'node:url';
import { launch } from '../../src/process/launch.js';
import type { RunEvent } from '../../src/run/events.js';
import { train } from '../../src/run/operations/train.js';

const method = fileURLToPath(new URL('./blocking-method.js', import.meta.url));
const onEvent = (event: RunEvent) => console.log(event.type === 'remark' ? event.text : '');
launch(train, { data: 'none', model: 'sample', method }, { onEvent });
