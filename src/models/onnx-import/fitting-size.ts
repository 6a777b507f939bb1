import { AdarandError } from '../../errors.js';

/** Sizes that are tried are multiples of this, as far as MOST. */
const STEP = 16;
const MOST = 512;

/**
 * What is built for images of a size. Where a size that was asked for does not work, larger ones are tried, so that the
 * error says what does.
 *
 * @throws AdarandError as `build` does; `model.image-size` with a size that works.
 */
export function atFittingSize<Built>(
  size: number,
  build: (size: number) => Built,
  { name, imageSize: asked }: { readonly name: string; readonly imageSize?: number | undefined },
): Built {
  try {
    return build(size);
  } catch (error) {
    if (asked === undefined || !isOfSize(error)) throw error;
    const works = (other: number) => {
      try {
        build(other);
        return true;
      } catch (thrown) {
        if (!isOfSize(thrown)) throw thrown;
        return false;
      }
    };
    const first = STEP * Math.floor(size / STEP + 1);
    const larger = Array.from({ length: Math.max(0, (MOST - first) / STEP + 1) }, (_, i) => first + i * STEP);
    const fits = larger.find(works);
    if (fits === undefined) throw error;
    throw works(fits + STEP) ? tooSmall(name, size, fits, error) : onlySize(name, size, fits, error);
  }
}

function isOfSize(error: unknown): error is AdarandError {
  return error instanceof AdarandError && error.code === 'model.image-size';
}

function tooSmall(name: string, size: number, fits: number, cause: AdarandError): AdarandError {
  return new AdarandError(
    cause.code,
    `images of ${size} pixels are too small for ${name}: ${detail(cause, name)}`,
    `Choose a larger image size: ${fits} works.`,
    cause,
  );
}

function onlySize(name: string, size: number, fits: number, cause: AdarandError): AdarandError {
  return new AdarandError(
    cause.code,
    `${name} does not take images of ${size} pixels: ${detail(cause, name)}`,
    `It takes images of ${fits} pixels: leave the image size out, or choose that one.`,
    cause,
  );
}

/** Without the name that it begins with. */
function detail({ message }: AdarandError, name: string): string {
  return message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
}
