import { find } from './elements.js';

/** Takes pictures that are chosen, dropped on the page, or pasted into it. */
export function withPictures(
  onPictures: (files: readonly File[]) => void,
  tell: (message: string) => void,
): void {
  for (const input of [find('#choose', HTMLInputElement), find('#photograph', HTMLInputElement)])
    takeFrom(input, onPictures);

  const { body } = document;
  // Counted, because leaving an element for one inside it is leaving, too.
  let inside = 0;
  const mark = (change: number) => {
    inside = Math.max(0, inside + change);
    body.classList.toggle('dropping', inside > 0);
  };
  addEventListener('dragenter', () => mark(1));
  addEventListener('dragleave', () => mark(-1));
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault();
    mark(-inside);
    given(event.dataTransfer, 'What was dropped is no file: save the picture first.');
  });
  addEventListener('paste', (event) => given(event.clipboardData, 'The clipboard has no picture.'));

  function given(data: DataTransfer | null, otherwise: string): void {
    const files = [...(data?.files ?? [])];
    if (files.length === 0) tell(otherwise);
    else onPictures(files);
  }
}

function takeFrom(input: HTMLInputElement, onPictures: (files: readonly File[]) => void): void {
  const take = () => {
    onPictures([...(input.files ?? [])]);
    // The same file, chosen again, is a change again.
    input.value = '';
  };
  input.addEventListener('change', take);
  // Chosen before this ran: that change is over.
  if (input.files?.length) take();
}
