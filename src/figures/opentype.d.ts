/** What is used of opentype.js, which has no types of its own. */
declare module 'opentype.js' {
  interface Font {
    /** 0 for a character that the font lacks. */
    charToGlyphIndex(character: string): number;
    getAdvanceWidth(text: string, size: number): number;
    getPath(text: string, x: number, y: number, size: number): { toPathData(decimals: number): string };
  }
  const opentype: { parse(file: ArrayBuffer): Font };
  export default opentype;
}
