/** Where one formulation overtakes another, as measured on CPUs. Pixels are those of one map. */
export const crossovers = {
  /** From this many pixels on, a per-channel map runs fastest over rows of pixels; below, elementwise. */
  rowsOfPixels: 400,
  /**
   * A norm goes into a pointwise convolution of C channels to K where C C is at most this many times K: what its channels'
   * covariance costs is then less than ten passes over what the convolution would give.
   */
  covariance: 32,
  /** Up to this many pixels, the runtime's own convolution falls behind a matrix product over gathered windows. */
  gatheredWindows: 64,
  /**
   * From this many channels on, before and after a 3x3 convolution at stride 1, Winograd's tiles save time: products are
   * what they save, and passes over tiles are what they cost. With fewer, the runtime's own convolution is faster; the
   * weight gradient has no such rival.
   */
  winogradChannels: { forward: 128, inputGradient: 128, weightGradient: 64 },
  /** On maps of at most so many pixels: the largest that were measured. */
  winogradPixels: 56 ** 2,
  /** Bytes that transformed tiles, or kernels, may take at a time. */
  tileBytes: 10 * 2 ** 20,
  /**
   * Bytes of maps that a backward pass makes again, for each floating-point operation of the forward pass: about a hundredth of a
   * step's time, of which the forward pass is a third and such a pass over 13 MB takes two milliseconds of a core.
   */
  recomputedBytesPerFlop: 0.0017,
  /** From this many pixels on, an input gradient by the reversed kernel beats one by gathered windows. */
  reversedKernel: 400,
  /** From this many pixels on, a product for each image and a sum beat one product over images laid side by side. */
  productPerImage: 400,
  /** From this many rows on, columns add up twice as fast in a product with a row of ones: a bias's gradient. */
  productWithOnes: 512,
  /** From this many rows on, a layer that makes rows wide and one that makes them narrow again are convolutions in blocks. */
  wideRows: 512,
  /** From this kernel width on, cutting a map into patches costs no more than the runtime's own convolution. */
  patchWidth: 16,
  /** Up to this many channels, the windows' rows are too short to be gathered one by one. */
  stemChannels: 4,
  /** Bytes that gathered windows may take at a time; more pieces would cost more than they save. */
  windowBytes: 32 * 2 ** 20,
  /** The same on a GPU, where pieces cost more; WebGPU binds no larger buffer unless the device says so. */
  windowBytesOnGpu: 128 * 2 ** 20,
  /** On a GPU, tensors of up to this many elements are updated together: starting a kernel costs more than moving them. */
  joinedElements: 2 ** 18,
} as const;
