/**
 * What a graph is compiled for: `cpu` and `cuda` are ONNX Runtime's native providers, `wasm` and `webgpu` those of its
 * web package.
 */
export const devices = ['cpu', 'wasm', 'webgpu', 'cuda'] as const;

export type Device = (typeof devices)[number];
