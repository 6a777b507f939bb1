/**
 * What the unit `training-time` refers to. With SGD of momentum m, a constant gradient moves a weight by about the
 *
 *     training time = sum over the updates of the learning rate / (1 - m)
 *
 * times that gradient, and a penalty lambda / 2 (w - w0)^2 then pulls back with lambda times the training time of it: the
 * product says how firmly weights are held, whatever the learning rate and the number of updates. It is 63 for L2-SP's
 * published 0.1 with 9000 updates at 0.01 and 0.001 (arXiv 1802.01483). That holds a network that was trained for long;
 * runs of some hundred updates were best with about 1 (docs/results.md#weights), which is what 0.1 stands for here.
 */
export const REFERENCE_TRAINING_TIME = 10;
