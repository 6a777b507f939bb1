import { find } from './elements.js';

/** Lets the user photograph; what is taken is given on. */
export function withCamera(onTaken: (photograph: Blob) => void, tell: (message: string) => void): void {
  const dialog = find('#camera', HTMLDialogElement);
  const video = find('#camera video', HTMLVideoElement);
  const take = find('#take', HTMLButtonElement);

  const open = find('#open-camera', HTMLButtonElement);
  open.disabled = false;
  open.addEventListener('click', async () => {
    if (!isSecureContext)
      return tell(
        `Browsers give the camera only to pages from https:// or localhost, and this one came from ${location.origin}.`,
      );
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: 'environment', width: { ideal: 1920 }, height: { ideal: 1080 } },
      });
      take.disabled = true;
      video.srcObject = stream;
      dialog.showModal();
    } catch (error) {
      tell(`The camera cannot be used: ${reasonOf(error)}.`);
    }
  });

  video.addEventListener('playing', () => {
    take.disabled = false;
    take.focus();
  });
  take.addEventListener('click', async () => {
    const photograph = await frameOf(video);
    dialog.close();
    if (photograph === null) tell('The camera gave no picture.');
    else onTaken(photograph);
  });
  find('#close-camera', HTMLButtonElement).addEventListener('click', () => dialog.close());
  // Also where it was closed by a key: the camera's light goes out.
  dialog.addEventListener('close', () => {
    if (video.srcObject instanceof MediaStream) for (const track of video.srcObject.getTracks()) track.stop();
    video.srcObject = null;
  });
}

function frameOf(video: HTMLVideoElement): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

const reasons: Readonly<Record<string, string>> = {
  NotAllowedError: 'it was not allowed; your browser asks again after you change that for this page',
  NotFoundError: 'there is none',
  NotReadableError: 'another program uses it',
};

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return reasons[error.name] ?? error.message;
}
