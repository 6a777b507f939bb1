/** Text of the user's as it is, in a code span: nothing in it is Markdown. */
export function verbatim(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  const runs = line.match(/`+/g) ?? [];
  const fence = '`'.repeat(1 + Math.max(0, ...runs.map(({ length }) => length)));
  return runs.length === 0 ? `\`${line}\`` : `${fence} ${line} ${fence}`;
}

/** A block of code in a language. */
export function codeBlock(language: string, code: string): string {
  return `\`\`\`${language}\n${code.trim()}\n\`\`\``;
}
