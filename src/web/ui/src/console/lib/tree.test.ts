import assert from 'node:assert/strict';
import { test } from 'node:test';
import { depthOf, inTrees } from './tree';

const parents = new Map<string, string | null>([
  ['company', null],
  ['east', 'company'],
  ['west', 'company'],
  ['acme', 'east'],
  ['hooli', 'west'],
  ['stray', 'not shown'],
]);

test('one is as deep as those above it that are known', () => {
  assert.deepEqual(
    ['company', 'west', 'acme', 'stray'].map((name) => depthOf(name, parents)),
    [0, 1, 2, 0],
  );
});

test('all below one stand before the next, in the order they came in', () => {
  assert.deepEqual(inTrees([...parents.keys()], parents), [
    'company',
    'east',
    'acme',
    'west',
    'hooli',
    'stray',
  ]);
});
