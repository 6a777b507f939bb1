/** `adarand/graph`: what your own method is written with, each by name, and all together as `ops`. */
export * from './ops.js';
export * as ops from './ops.js';
