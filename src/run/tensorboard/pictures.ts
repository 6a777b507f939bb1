import { confusionCounts } from '../../analysis/class-measures.js';
import type { Picture } from './event.js';

/** Of more classes, the counts alone would take as much memory as a network. */
const MOST_CLASSES = 2000;

/**
 * What is shown of the test images: the confusion matrix; of many classes, those that were most often mistaken.
 */
export async function picturesOf(
  { labels, answers }: { readonly labels: readonly number[]; readonly answers: readonly number[] },
  classes: readonly string[],
): Promise<Picture[]> {
  if (classes.length > MOST_CLASSES) return [];
  // What draws is loaded where something is drawn.
  const [{ confusionMatrix }, { mostConfused }, { renderPng }] = await Promise.all([
    import('../../figures/charts/confusion-matrix.js'),
    import('../../figures/charts/most-confused.js'),
    import('../../figures/png.js'),
  ]);
  const counts = confusionCounts(labels, answers, classes.length);
  const png = await renderPng(await confusionMatrix(mostConfused(counts, classes)));
  return [{ tag: 'test/confusion', png, ...sizeOf(png) }];
}

/** From the header of a PNG, where they are big-endian. */
function sizeOf(png: Uint8Array): { readonly width: number; readonly height: number } {
  const view = new DataView(png.buffer, png.byteOffset);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
