import { confusionCounts } from '../../analysis/class-measures.js';
import { principalComponents } from '../../analysis/pca.js';
import { at } from '../../errors.js';
import type { Outputs } from '../../training/outputs.js';
import type { Picture } from './event.js';

/** Of more classes, the counts alone would take as much memory as a network. */
const MOST_CLASSES = 2000;

/** Validation images whose features are drawn, spread over all. */
export const DRAWN = 512;

/** Features that vary alike in all directions have no plane of their own: then that which a few cycles find does. */
const CYCLES = 3;

/** What is shown of a run when it has ended. */
export interface Pictured {
  /** Of the test images; undefined without a test. */
  readonly test: { readonly labels: readonly number[]; readonly answers: readonly number[] } | undefined;
  /** Of the validation images; undefined without any. */
  readonly drawn: Pick<Outputs, 'features' | 'labels'> | undefined;
}

/**
 * The confusion matrix of the test images, of many classes that of those that were most often mistaken; and the features of the
 * validation images in the plane of their two largest principal components.
 */
export async function picturesOf(
  { test, drawn }: Pictured,
  classes: readonly string[],
): Promise<readonly Picture[]> {
  return [
    ...(test === undefined || classes.length > MOST_CLASSES ? [] : [await confusionPicture(test, classes)]),
    ...(drawn === undefined || !hasPlane(drawn) ? [] : [await featuresPicture(drawn, classes)]),
  ];
}

/** What draws is loaded where something is drawn, or before, while nothing else is to be done here: it takes half a second. */
export async function drawing() {
  const [matrix, confused, scatter, png] = await Promise.all([
    import('../../figures/charts/confusion-matrix.js'),
    import('../../figures/charts/most-confused.js'),
    import('../../figures/charts/scatter-panels.js'),
    import('../../figures/png.js'),
  ]);
  return { ...matrix, ...confused, ...scatter, ...png };
}

/** Fewer points, or numbers, are no plane. */
function hasPlane({ features, labels }: NonNullable<Pictured['drawn']>): boolean {
  return labels.length >= 3 && at(features.shape, 1) >= 2;
}

async function confusionPicture(
  { labels, answers }: NonNullable<Pictured['test']>,
  classes: readonly string[],
): Promise<Picture> {
  const { confusionMatrix, mostConfused } = await drawing();
  const counts = confusionCounts(labels, answers, classes.length);
  return pictureOf('test/confusion', await confusionMatrix(mostConfused(counts, classes)));
}

async function featuresPicture(
  { features, labels }: NonNullable<Pictured['drawn']>,
  classes: readonly string[],
): Promise<Picture> {
  const { scatterPanels } = await drawing();
  const d = at(features.shape, 1);
  const found = principalComponents(features.data, labels.length, d, 2, CYCLES);
  const [first = 0, second = 0] = found.explainedVarianceRatio;
  const axis = (name: string, share: number) =>
    `${name} component (${(100 * share).toFixed(0)} % of the variance)`;
  const panel = {
    points: found.projections,
    labels,
    axes: [axis('first', first), axis('second', second)] as const,
  };
  return pictureOf('val/features', await scatterPanels({ panels: [panel], classes, side: 400 }));
}

async function pictureOf(tag: string, svg: string): Promise<Picture> {
  const { renderPng } = await drawing();
  const png = await renderPng(svg);
  return { tag, png, ...sizeOf(png) };
}

/** From the header of a PNG, where they are big-endian. */
function sizeOf(png: Uint8Array): { readonly width: number; readonly height: number } {
  const view = new DataView(png.buffer, png.byteOffset);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
