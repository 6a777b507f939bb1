import { AdarandError } from '../../errors.js';

/** Why the device cuda does not work, and what brings what is missing. */
export interface Problem {
  readonly message: string;
  readonly remedy: string;
}

/** Several things may be missing; each is named, with what brings it. */
export function unavailable(problems: readonly Problem[]): AdarandError {
  return new AdarandError(
    'device.unavailable',
    `the device cuda does not work here: ${problems.map(({ message }) => message).join('; ')}`,
    problems.map(({ remedy }) => sentence(remedy)).join(' '),
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
