import { codeOf } from './links.js';

const program =
  /^(?:\$ )?((?:[A-Z_]+=\S+ )?(?:adarand|npm|npx|node|pip|python|git|\S+\/python|\S+\/pip) .*)$/;

/** The commands in a Markdown text, in its order, without their comments; `a && b` are two. */
export function commandsOf(markdown: string): string[] {
  return codeOf(markdown)
    .flatMap((code) => program.exec(code)?.slice(1) ?? [])
    .flatMap((line) => line.replace(/\s+#.*$/, '').split(' && '))
    .map((line) => line.trim());
}
