import { stat } from 'node:fs/promises';

/** What is said of a path that has no image file: as `code`, `message` and `hint` of an error. */
export interface NoImage {
  readonly code: 'predict.no-image';
  readonly message: string;
  readonly hint: string;
}

export function noImage(path: string, what: string, hint: string): NoImage {
  if (/^https?:/i.test(path))
    return {
      code: 'predict.no-image',
      message: `${path} is an address on the network, not a file`,
      hint: 'Download it, and give its path or its bytes.',
    };
  return { code: 'predict.no-image', message: `${path} ${what}`, hint };
}

/** The same of a path that should be that of one image file, called `name`; undefined where a file is there. */
export async function noFile(path: string, name: string): Promise<NoImage | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return undefined;
  if (found?.isDirectory() === true)
    return noImage(name, 'is a folder', 'Give the paths of the images in it.');
  return noImage(
    name,
    found === undefined ? 'does not exist' : 'is not a file',
    'Give paths of image files.',
  );
}
