import type { Help, HelpConfiguration } from 'commander';

/** Where a description beside its term would get too little room. */
const NARROW = 80;

/** Narrower than this, nothing is wrapped. */
const LEAST = 30;

/** Columns of the help: as COLUMNS says, or as the terminal is wide. */
export function helpWidth(
  env: NodeJS.ProcessEnv = process.env,
  { isTTY, columns }: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'> = process.stdout,
): number {
  const given = Number(env.COLUMNS);
  if (Number.isInteger(given) && given > 0) return Math.max(given, LEAST);
  return isTTY && columns > 0 ? Math.max(columns, LEAST) : NARROW;
}

/** On a narrow terminal, descriptions are below what they describe; elsewhere they are beside it, as commander has them. */
export function narrowHelp(width = helpWidth()): HelpConfiguration {
  if (width >= NARROW) return {};
  return {
    minWidthToWrap: LEAST - INDENT.length,
    formatItem(term: string, _termWidth: number, description: string, helper: Help) {
      if (description === '') return `  ${term}`;
      const lines = helper.boxWrap(description, width - INDENT.length).split('\n');
      return [`  ${term}`, ...lines.map((line) => INDENT + line)].join('\n');
    },
  };
}

const INDENT = '      ';
