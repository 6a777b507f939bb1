import type { z } from 'zod';
import { shown } from '../shown.js';

/** What is wrong with a method's option, in plain English, to follow its name. The issue has the input that was refused. */
export function optionIssue(issue: z.core.$ZodIssue): string {
  const not = `not ${issue.input === '' ? 'nothing' : shown(issue.input)}`;
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? issue.expected}, ${not}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}, ${not}`;
    case 'too_small':
      return `must be ${issue.inclusive ? 'at least' : 'greater than'} ${issue.minimum}, ${not}`;
    case 'too_big':
      return `must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}, ${not}`;
    default:
      return issue.message;
  }
}

const kinds: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'a word',
  boolean: 'true or false',
};
