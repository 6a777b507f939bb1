/** Named sets of defaults. */
export const presetNames = ['none', 'paper'] as const;

export type PresetName = (typeof presetNames)[number];
