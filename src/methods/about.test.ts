import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { methodNames, methods } from './index.js';

const baselines: readonly string[] = ['fine-tuning', 'head-only'];

for (const name of methodNames)
  describe(`what is said about ${name}`, () => {
    const { about, options, paper, formula, defaultLambda } = methods[name];
    assert.ok(about !== undefined, `${name} has no about`);
    const { references, equations, symbols, defaults, departures, idea, cost } = about;

    test('its publications, with all authors and an address', () => {
      assert.equal(references.length === 0, baselines.includes(name));
      for (const { title, authors, venue, year, url, arxiv } of references) {
        assert.ok(title.length > 20 && authors.length > 0);
        // Full names, and nobody left out.
        for (const author of authors) assert.match(author, /^[\p{L}'-]+( [\p{L}.'-]+)+$/u);
        assert.match(url, /^https:\/\//);
        assert.ok(arxiv === undefined || url === `https://arxiv.org/abs/${arxiv}`);
        assert.ok(paper.includes(arxiv ?? String(year)), `${paper} is not ${venue} ${year}`);
      }
      const [first] = references;
      if (first === undefined) return;
      assert.ok(paper.includes(`${first.venue} ${first.year}`), paper);
      const family = first.authors[0]?.split(' ').at(-1) ?? '';
      assert.ok(paper.startsWith(family), paper);
    });

    test('equations with a loss, and their symbols', () => {
      assert.ok(equations.some((line) => /\bL = /.test(line)));
      assert.ok(formula.startsWith('L = '));
      const all = equations.join('\n');
      const letters = Object.keys(symbols).flatMap((symbol) => symbol.split(', '));
      // Each is one that is used: in an equation, or in what another one is.
      for (const letter of letters)
        assert.ok(
          `${all} ${Object.values(symbols).join(' ')} ${Object.values(defaults).join(' ')}`.includes(letter),
          letter,
        );
      for (const text of [idea, cost, ...departures, ...Object.values(symbols)]) assert.ok(text.length > 5);
    });

    test('where each default comes from', () => {
      assert.ok(options instanceof z.ZodObject);
      assert.deepEqual(Object.keys(defaults).sort(), ['lambda', ...Object.keys(options.shape)].sort());
      assert.equal(/no penalty/.test(defaults.lambda), defaultLambda === 0);
    });
  });
