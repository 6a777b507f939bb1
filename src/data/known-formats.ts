/** What to do with a picture in a format that is not read. */
export const convert = 'not supported: convert it to JPEG or PNG';

/** How files begin that people take for readable images, and what to say of them; `latin1` text. */
const beginnings: readonly (readonly [RegExp, string])[] = [
  [/^.{4}ftyp(hei[cxms]|hev[cxms]|mif1|msf1)/s, `HEIC, ${convert}`],
  [/^.{4}ftypcrx /s, `a camera's raw file, ${convert}`],
  [/^BM/, `BMP, ${convert}`],
  [/^(.{4}jP {2}|\xffO\xffQ)/s, `JPEG 2000, ${convert}`],
  [/^(.{4}JXL |\xff\n)/s, `JPEG XL, ${convert}`],
  [/^8BPS/, `a Photoshop file, ${convert}`],
  [/^%PDF/, `PDF, ${convert}`],
  [/^\s*<(!doctype\s+)?html/i, 'a web page, not an image'],
  // Often after a declaration, comments and a document type.
  [/^(\xef\xbb\xbf)?\s*(?=<).*?<(\w+:)?svg[\s>]/is, `SVG, ${convert}`],
  [/^version https:\/\/git-lfs/, 'a pointer of Git LFS, not the image: fetch it with "git lfs pull"'],
];

/** How files begin in JPEG, PNG, GIF, WebP, TIFF, and in the container of AVIF and HEIC; `latin1` text. */
const readable = /^(\xff\xd8\xff|\x89PNG|GIF8|RIFF.{4}WEBP|II[*+]|MM.[*+]|.{4}ftyp)/s;

/** What a file is that could not be decoded, where its first bytes tell. */
export function formatThatCannotBeRead(bytes: Uint8Array): string | undefined {
  const text = latin1(bytes.subarray(0, 1024));
  return beginnings.find(([beginning]) => beginning.test(text))?.[1];
}

/** Whether a file begins as one in a format that is read. It may be damaged, or, in the container of AVIF, HEIC. */
export function mayBeRead(bytes: Uint8Array): boolean {
  return readable.test(latin1(bytes.subarray(0, 12)));
}

export function isTiff(bytes: Uint8Array): boolean {
  return /^(II[*+]|MM.[*+])/s.test(latin1(bytes.subarray(0, 4)));
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
