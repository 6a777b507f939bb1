/** A program that starts a process which blocks, and prints its number. */
import { launch } from '../../src/process/launch.js';
import { block } from './blocking-operation.js';

launch(block, {}, { onEvent: (event) => console.log(event.type === 'remark' ? event.text : '') });
