import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tinyNetwork } from '../../../test/helpers/tiny-network.js';
import { reduceMean } from '../../graph/operators/reduce-mean.js';
import { methodNames, methods } from '../../methods/index.js';
import { checkSource } from '../options/check-source.js';
import { checkNetwork } from './check-needs.js';

/** No head, no feature maps: nothing that a method could need. */
const bare = {
  ...tinyNetwork(3),
  features: (images: Parameters<typeof reduceMean>[0]) => reduceMean(images, [2, 3]),
};

describe('what a method needs and lacks is refused before training', () => {
  for (const name of methodNames) {
    const method = methods[name].bind();
    const needs = (...wanted: readonly string[]) => method.needs.some((need) => wanted.includes(need));

    test(`${name}: of the network`, () => {
      const check = () => checkNetwork(method, bare);
      if (needs('pretrainedLogits'))
        assert.throws(check, { code: 'method.needs-pretrained-head', hint: /still has its head/ });
      else if (needs('featureMaps', 'pretrainedFeatureMaps'))
        assert.throws(check, { code: 'method.needs-feature-maps' });
      else check();
    });

    test(`${name}: source images`, () => {
      const without = () => checkSource(method, undefined);
      const given = () => checkSource(method, 'elsewhere');
      assert.throws(needs('sourceBatch') ? without : given, {
        code: needs('sourceBatch') ? 'method.needs-source' : 'method.no-source',
        hint: /--source/,
      });
      (needs('sourceBatch') ? given : without)();
    });
  }
});
