/** The page of an exported classifier: says what it is, and classifies the pictures that it is given. */

import { messageOf } from '../errors.js';
import { accuracyWithInterval, withMirrorImages } from '../format-accuracy.js';
import type { Classifier } from '../models/export/web/page-classifier.js';
import { withCamera } from './camera.js';
import { find, make, named } from './elements.js';
import { withPictures } from './pictures.js';
import { inWords, showAnswer, showRefusal, waiting } from './result.js';
import { Work } from './work.js';

const status = find('#status', HTMLElement);
const tell = (message: string) => {
  status.textContent = message;
};

/** Pictures may be given before the classifier is here: they wait for it. */
const starting = loadClassifier().then(start);
starting.catch((error: unknown) => failed(messageOf(error)));

const results = find('#results', HTMLOListElement);
const classify = async (file: Blob, name: string, result: HTMLElement) => {
  try {
    const { classifier, work } = await starting;
    const answer = await work.classify(file);
    showAnswer(result, name, answer, classifier);
    tell(inWords(name, answer, classifier));
  } catch (error) {
    showRefusal(result, name, messageOf(error));
    tell(`${name}: not classified, ${messageOf(error)}.`);
  }
};
/** The latest ones come first, and those that are given together stay in their order. */
const give = (pictures: readonly { readonly file: Blob; readonly name: string }[]) => {
  const added = pictures.map((picture) => ({ ...picture, result: waiting(picture.name) }));
  results.prepend(...added.map(({ result }) => result));
  for (const { file, name, result } of added) void classify(file, name, result);
};
withPictures((files) => give(files.map((file) => ({ file, name: file.name }))), tell);
let taken = 0;
withCamera((file) => give([{ file, name: `Photograph ${++taken}` }]), tell);

async function loadClassifier(): Promise<Classifier> {
  const file = 'web/classifier.json';
  const response = await fetch(new URL(file, document.baseURI)).catch(() => undefined);
  if (response === undefined) throw new Error(`${file} cannot be loaded: the server does not answer`);
  if (!response.ok) throw new Error(`${file} cannot be loaded: the server says ${response.status}`);
  return response.json();
}

function start(classifier: Classifier): { readonly classifier: Classifier; readonly work: Work } {
  describe(classifier);
  const progress = find('#progress', HTMLProgressElement);
  const work = new Work(classifier, {
    onProgress(done, total) {
      if (total !== undefined) progress.value = done / total;
      const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
      const of = total === undefined ? '' : ` of ${megabytes(total)}`;
      find('#loaded', HTMLElement).textContent = `${megabytes(done)}${of} MB`;
    },
    onReady() {
      find('#loading', HTMLElement).hidden = true;
      document.body.dataset.state = 'ready';
      if (results.children.length === 0) tell('Ready.');
    },
    onFailed: failed,
  });
  return { classifier, work };
}

function describe({ name, classes, accuracy }: Classifier): void {
  document.title = name;
  find('h1', HTMLHeadingElement).replaceChildren(named(name));
  find('#count', HTMLElement).textContent = String(classes.length);
  find('#classes', HTMLUListElement).append(...classes.map((label) => make('li', '', named(label))));
  find('#accuracy', HTMLElement).textContent =
    accuracy === null
      ? 'not measured'
      : `${accuracyWithInterval(accuracy.test, accuracy.interval)} on ${accuracy.images} test images${withMirrorImages(accuracy)}`;
  find('#about', HTMLElement).hidden = false;
}

function failed(reason: string): void {
  find('#loading', HTMLElement).hidden = true;
  document.body.dataset.state = 'failed';
  const failure = find('#failure', HTMLElement);
  failure.textContent = `The classifier cannot be used: ${reason}. Load this page again to try once more.`;
  failure.hidden = false;
}
