import type { Section } from '../block.js';
import { accuracySection } from './accuracy.js';
import { differencesSection } from './differences.js';

/** The parts of a report, in their order. */
export const sections: readonly Section[] = [accuracySection, differencesSection];
