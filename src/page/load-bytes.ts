/**
 * The bytes of a file beside the page. `onProgress` is told how many are here, and how many there are where the server says
 * so.
 */
export async function loadBytes(
  url: string,
  onProgress: (done: number, total: number | undefined) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const name = decodeURIComponent(new URL(url).pathname.split('/').pop() ?? url);
  const response = await fetch(url).catch(() => {
    throw new Error(`${name} cannot be loaded: the server does not answer`);
  });
  if (!response.ok || response.body === null)
    throw new Error(`${name} cannot be loaded: the server says ${response.status}`);
  const total = lengthOf(response);
  const chunks: Uint8Array[] = [];
  let done = 0;
  onProgress(0, total);
  const reader = response.body.getReader();
  for (;;) {
    const { value } = await reader.read().catch(() => {
      throw new Error(`${name} was loaded in part only: the connection broke off`);
    });
    if (value === undefined) break;
    chunks.push(value);
    done += value.length;
    onProgress(done, total);
  }
  const bytes = new Uint8Array(done);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Of a compressed response, the length is that of fewer bytes than arrive. */
function lengthOf({ headers }: Response): number | undefined {
  const length = Number(headers.get('content-length') ?? 0);
  return headers.has('content-encoding') || length === 0 ? undefined : length;
}
