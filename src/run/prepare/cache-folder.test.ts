import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { cacheFolder } from './cache-folder.js';

test('it is where the system keeps caches, or where it is asked to be', () => {
  assert.equal(cacheFolder({ ADARAND_CACHE: '/x' }, 'linux'), '/x');
  assert.equal(cacheFolder({ XDG_CACHE_HOME: '/y' }, 'linux'), join('/y', 'adarand'));
  assert.match(cacheFolder({}, 'linux'), /\.cache.adarand$/);
  assert.match(cacheFolder({}, 'darwin'), /Library.Caches.adarand$/);
  assert.equal(cacheFolder({ LOCALAPPDATA: '/z' }, 'win32'), join('/z', 'adarand', 'Cache'));
});
