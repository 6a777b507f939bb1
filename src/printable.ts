/**
 * Control characters, and those that reorder what stands beside them: a name that has some could move the cursor, recolour
 * or retitle a terminal, or look like another one.
 */
const unprintable = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;

/** Text with its unprintable characters as in a program (`\u001b`); line breaks and tabs stay. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) =>
    /[\n\t]/.test(character) ? character : escaped(character),
  );
}

/** A name as one line: with its line breaks and tabs escaped, too. */
export function printableName(name: string): string {
  return name.replace(unprintable, escaped);
}

/** JSON leaves some of them as they are; escaped, it means the same. */
export function printableJson(json: string): string {
  return json.replace(unprintable, escaped);
}

function escaped(character: string): string {
  const short = { '\n': '\\n', '\t': '\\t', '\r': '\\r' }[character];
  return short ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
