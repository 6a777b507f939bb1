import { percent } from '../format-accuracy.js';
import type { Classifier } from '../models/export/web/page-classifier.js';
import { make, named } from './elements.js';
import type { Answer } from './messages.js';

/** How many classes are listed. */
const LISTED = 5;

/** The place of a picture among the results, before its answer is there. */
export function waiting(name: string): HTMLElement {
  return make('li', 'result', make('h2', '', named(name)), make('p', 'note', 'Waiting …'));
}

export function showRefusal(result: HTMLElement, name: string, reason: string): void {
  result.classList.add('refused');
  result.replaceChildren(make('h2', '', named(name)), make('p', '', `Not classified: ${reason}.`));
}

export function showAnswer(result: HTMLElement, name: string, answer: Answer, classifier: Classifier): void {
  const { width, height, millisecondsToRead, millisecondsToClassify } = answer;
  const { imageSize } = classifier;
  const list = make('ol', 'classes');
  for (const { label, probability } of likeliest(answer, classifier)) {
    const bar = make('div', 'bar', make('div', 'filled'));
    bar.ariaHidden = 'true';
    if (bar.firstChild instanceof HTMLElement)
      bar.firstChild.style.width = percent(probability).replace(' ', '');
    list.append(
      make('li', '', make('span', 'class', named(label)), make('span', 'percent', percent(probability)), bar),
    );
  }
  const sizes = `${width} × ${height} pixels, seen as ${imageSize} × ${imageSize}`;
  const times = `read in ${Math.round(millisecondsToRead)} ms, classified in ${Math.round(millisecondsToClassify)} ms`;
  result.replaceChildren(
    pictureOf(answer, name, imageSize),
    make('div', 'answer', make('h2', '', named(name)), list, make('p', 'note', `${sizes}; ${times}.`)),
  );
}

/** The likeliest class, in words. */
export function inWords(name: string, answer: Answer, classifier: Classifier): string {
  const [first] = likeliest(answer, classifier);
  return first === undefined ? '' : `${name}: ${first.label}, ${percent(first.probability)}`;
}

function likeliest({ probabilities }: Answer, { classes }: Classifier) {
  return classes
    .map((label, k) => ({ label, probability: probabilities[k] ?? 0 }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, LISTED);
}

/** The picture as the network sees it. */
function pictureOf({ seen }: Answer, name: string, size: number): HTMLCanvasElement {
  const canvas = make('canvas', 'seen');
  canvas.width = size;
  canvas.height = size;
  canvas.role = 'img';
  canvas.ariaLabel = `What the network sees of ${name}`;
  const pixels = new Uint8ClampedArray(4 * size * size).fill(255);
  for (let i = 0; i < size * size; i++) {
    for (let channel = 0; channel < 3; channel++) pixels[4 * i + channel] = seen[3 * i + channel] ?? 0;
  }
  canvas.getContext('2d')?.putImageData(new ImageData(pixels, size, size), 0, 0);
  return canvas;
}
