/** An element of index.html, of the kind that is expected. */
export function find<T extends Element>(selector: string, kind: new () => T): T {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`index.html has no ${selector}`);
  return found;
}

/** A new element. Text is text, whatever it looks like. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className = '',
  ...inside: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  if (className !== '') element.className = className;
  element.append(...inside);
  return element;
}

/** A name of the user's: it may be written from right to left, and ends where it ends. */
export function named(name: string): HTMLElement {
  const element = make('bdi', '', name);
  element.dir = 'auto';
  return element;
}
