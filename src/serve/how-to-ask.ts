/** A line for a shell that classifies an image. */
export function howToAsk(url: string, { needsToken }: { readonly needsToken: boolean }): string {
  const token = needsToken ? `--header 'Authorization: Bearer TOKEN' ` : '';
  return `curl ${token}--data-binary @IMAGE '${url}predict?top=3'`;
}
