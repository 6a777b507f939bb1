/** What a run calls tensors that its network does not have: by these names, none of them is mistaken for another. */

/** A parameter of the backbone is `conv1.weight`, the new head's are these. */
export const HEAD_WEIGHT = 'head.weight';
export const HEAD_BIAS = 'head.bias';

/** What a method's own tensors are called in the state. */
export const METHOD_PREFIX = 'method.';

/** State names of the classifier that the network was pretrained with, where a method trains it along. */
export const PRETRAINED_HEAD = 'pretrained_head';

/** A frozen tensor's name, beside the trained one's. */
export const frozen = (name: string): string => `pretrained:${name}`;

/** The name of an optimizer's tensor for a parameter. */
export const slotOf = (name: string, slot: string): string => `${name}:${slot}`;

/** The name under which the moving average of a parameter or a running statistic is kept. */
export const emaOf = (name: string): string => `${name}:ema`;

/** The name of what was collected of a parameter's next gradient. */
export const collectedOf = (name: string): string => `${name}:collected`;
