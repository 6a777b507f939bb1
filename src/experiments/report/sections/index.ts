import type { Section } from '../block.js';
import { ablationSection } from './ablation.js';
import { accuracySection } from './accuracy.js';
import { calibrationSection, confusionSection, mistakesSection } from './answers.js';
import { costsSection } from './costs.js';
import { diagnosticsSection } from './diagnostics.js';
import { differencesSection } from './differences.js';
import { factsSection } from './facts.js';
import { featuresSection } from './features.js';
import { ranksSection } from './ranks.js';
import { smallDataSection } from './small-data.js';

/** The parts of a report, in their order. */
export const sections: readonly Section[] = [
  accuracySection,
  differencesSection,
  ranksSection,
  smallDataSection,
  ablationSection,
  costsSection,
  diagnosticsSection,
  featuresSection,
  confusionSection,
  mistakesSection,
  calibrationSection,
  factsSection,
];
