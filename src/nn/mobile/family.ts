import type { BackboneFamily } from '../family.js';
import { mobileNet } from './mobile-net.js';
import { mobileNetNamings } from './names.js';
import { coversMobileNet, mobileNetOptions } from './recognise.js';

/** MobileNetV2 by timm's names, MobileNetV3 and EfficientNet, in any size that tensors tell. */
export const mobileNets = {
  namings: mobileNetNamings,
  recognise(tensors, config, naming) {
    const options = mobileNetOptions(tensors, config, naming);
    return options === undefined ? undefined : (weights) => mobileNet(options, weights);
  },
  covers: coversMobileNet,
  sizes: {},
} satisfies BackboneFamily;
