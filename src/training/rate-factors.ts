import type { Network } from '../nn/network.js';

/** Factors on the learning rate of what a step trains; what a method adds of its own learns at the rate itself. */
export interface RateFactors {
  /** Of each tensor of the network that is trained, by name. The others are frozen. */
  readonly backbone: ReadonlyMap<string, number>;
  /** Of the classifier that the network was pretrained with, where a method uses it; undefined if it is frozen. */
  readonly pretrainedHead: number | undefined;
  /** Of the new head. */
  readonly head: number;
}

/** All of a network at one rate, and the head at the rate itself. */
export function sameRates({ parameters }: Pick<Network, 'parameters'>, backbone = 1): RateFactors {
  const factors = new Map([...parameters.keys()].map((name) => [name, backbone]));
  return { backbone: factors, pretrainedHead: backbone, head: 1 };
}

/** The head alone. */
export const headRates = (head: number): RateFactors => {
  return { backbone: new Map(), pretrainedHead: undefined, head };
};
