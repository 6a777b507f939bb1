/** `web/classifier.json`: what the page knows of the classifier beside it. */
export interface Classifier {
  readonly name: string;
  /** In the order of the logits. */
  readonly classes: readonly string[];
  /** On the test images; null where it was not measured. The interval is Wilson's, of 95 %. */
  readonly accuracy: {
    readonly test: number;
    readonly interval: readonly [number, number];
    readonly images: number;
    /** Test-time augmentation, which the page has not. */
    readonly tta: 'none' | 'flip';
  } | null;
  /** The graph's file, seen from index.html. */
  readonly model: string;
  /** What the network sees, and the shorter side from whose centre it is taken. */
  readonly imageSize: number;
  readonly resizeSize: number;
  /** Whether the graph takes images of twice that size, and halves them itself. */
  readonly halved: boolean;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}
