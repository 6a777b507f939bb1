/** What is typed to have an ONNX Runtime with CUDA and cuDNN in the active Python environment; of the version that is used here. */
export function installLine(version: string | undefined): string {
  const [major, minor] = version?.split('.') ?? [];
  const which = minor === undefined ? '' : `==${major}.${minor}.*`;
  return `pip install -U 'onnxruntime-gpu[cuda,cudnn]${which}'`;
}

/** NVIDIA's packages by what they hold; those of CUDA 12 have its number in their names. */
const packages: readonly (readonly [RegExp, string])[] = [
  [/^libcublas/, 'cublas'],
  [/^libcudart/, 'cuda-runtime'],
  [/^libcurand/, 'curand'],
  [/^libcufft/, 'cufft'],
  [/^libnvrtc/, 'cuda-nvrtc'],
  [/^libnvJitLink/, 'nvjitlink'],
];

/** What is typed to have some of CUDA's libraries in the active Python environment. */
export function librariesLine(missing: readonly string[], cuda: number): string {
  const named = new Set<string>();
  for (const library of missing) {
    const major = /[.]so[.](\d+)/.exec(library)?.[1];
    if (/^libcudnn/.test(library)) named.add(`'nvidia-cudnn-cu${cuda}~=${major}.0'`);
    const part = packages.find(([pattern]) => pattern.test(library))?.[1];
    if (part !== undefined)
      named.add(cuda >= 13 ? `'nvidia-${part}~=${major}.0'` : `nvidia-${part}-cu${cuda}`);
  }
  return `pip install ${[...named].join(' ')}`;
}
