import { float32, type Tensor } from '../../graph/tensor.js';

/** Filters of one scale. */
export interface GaborScale {
  /** Pixels on each side of a kernel's centre. */
  readonly radius: number;
  /** [2 ORIENTATIONS, 1, 2 radius + 1, 2 radius + 1]: orientation by orientation, real part, then imaginary part. */
  readonly kernels: Tensor<'float32'>;
}

const SCALES = 4;
const ORIENTATIONS = 6;
/** Centre frequencies of the coarsest and the finest scale, in cycles per pixel; the others are log-spaced. */
const LOWEST = 0.05;
const HIGHEST = 0.4;
/** A kernel ends where its wider Gaussian has fallen to exp(-2.5^2 / 2), a twentieth. */
const STANDARD_DEVIATIONS = 2.5;

/**
 * A bank of 4 x 6 complex Gabor filters, 48 real ones, finest scale first (Manjunath and Ma, "Texture features for
 * browsing and retrieval of image data", PAMI 1996, with the frequencies that they use):
 *
 *   g(x, y) = a^-2m exp(-(u^2 / sigma_x^2 + v^2 / sigma_y^2) / 2) (exp(2 pi j U_h u) - c) / (2 pi sigma_x sigma_y)
 *   (u, v) = a^-m (x cos t + y sin t, y cos t - x sin t),   t = n pi / 6,   a = (U_h / U_l)^(1/3) = 2
 *
 * sigma = 1 / (2 pi s) with s_x = U_h (a - 1) / ((a + 1) sqrt(2 ln 2)) and s_y = tan(pi / 12) sqrt(U_h^2 / (2 ln 2) -
 * s_x^2): in the frequency plane the half-height ellipses of neighbouring filters touch, between scales and between
 * orientations. c gives every kernel a mean of zero, so that no filter answers to brightness.
 */
export function gaborBank(): GaborScale[] {
  const ratio = (HIGHEST / LOWEST) ** (1 / (SCALES - 1));
  const halfHeight = Math.sqrt(2 * Math.log(2));
  const bandwidthX = (HIGHEST * (ratio - 1)) / ((ratio + 1) * halfHeight);
  const bandwidthY =
    Math.tan(Math.PI / (2 * ORIENTATIONS)) * Math.sqrt((HIGHEST / halfHeight) ** 2 - bandwidthX ** 2);
  return Array.from({ length: SCALES }, (_, scale) => {
    const stretch = ratio ** scale;
    const sigmaX = stretch / (2 * Math.PI * bandwidthX);
    const sigmaY = stretch / (2 * Math.PI * bandwidthY);
    const radius = Math.ceil(STANDARD_DEVIATIONS * Math.max(sigmaX, sigmaY));
    const kernels = Array.from({ length: ORIENTATIONS }, (_, n) =>
      kernelPair(
        { sigmaX, sigmaY, frequency: HIGHEST / stretch, angle: (n * Math.PI) / ORIENTATIONS },
        radius,
      ),
    ).flat(2);
    const side = 2 * radius + 1;
    return { radius, kernels: float32([2 * ORIENTATIONS, 1, side, side], kernels) };
  });
}

interface Wave {
  readonly sigmaX: number;
  readonly sigmaY: number;
  readonly frequency: number;
  readonly angle: number;
}

/** The real and the imaginary part, row by row. */
function kernelPair({ sigmaX, sigmaY, frequency, angle }: Wave, radius: number): [number[], number[]] {
  const side = 2 * radius + 1;
  const pixels = Array.from({ length: side * side }, (_, i) => {
    const x = (i % side) - radius;
    const y = Math.floor(i / side) - radius;
    const u = x * Math.cos(angle) + y * Math.sin(angle);
    const v = y * Math.cos(angle) - x * Math.sin(angle);
    const gaussian = Math.exp(-((u / sigmaX) ** 2 + (v / sigmaY) ** 2) / 2) / (2 * Math.PI * sigmaX * sigmaY);
    return { gaussian, phase: 2 * Math.PI * frequency * u };
  });
  const mass = pixels.reduce((sum, { gaussian }) => sum + gaussian, 0);
  const part = (wave: (phase: number) => number) => {
    const mean = pixels.reduce((sum, { gaussian, phase }) => sum + gaussian * wave(phase), 0) / mass;
    return pixels.map(({ gaussian, phase }) => gaussian * (wave(phase) - mean));
  };
  return [part(Math.cos), part(Math.sin)];
}
