import { type ExportedFile, modelFile } from '../../models/export/folder.js';
import { isHalvedInGraph } from '../../models/export/halving.js';
import { pageFiles } from '../../models/export/web/page-files.js';
import type { RunModel } from './run-model.js';

/** The files of a page, called `name`, that classifies pictures with a run's exported classifier. */
export async function webPage(
  name: string,
  { network, head, summary }: Pick<RunModel, 'network' | 'head' | 'summary'>,
): Promise<readonly ExportedFile[]> {
  const { imageSize, resizeSize, mean, std } = network.preprocessing;
  const { classes } = head;
  const accuracy = accuracyOf(summary);
  const halved = isHalvedInGraph(imageSize);
  return pageFiles({ name, classes, accuracy, model: modelFile, imageSize, resizeSize, halved, mean, std });
}

function accuracyOf(summary: RunModel['summary']) {
  if (summary === undefined || summary.test_accuracy === null || summary.test_interval === null) return null;
  return {
    test: summary.test_accuracy,
    interval: summary.test_interval,
    images: summary.test_images,
    tta: summary.tta,
  };
}
