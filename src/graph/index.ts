/** `adarand/graph`: what a method of one's own is written with, each by name, and all together as `ops`. */
export * from './ops.js';
export * as ops from './ops.js';
