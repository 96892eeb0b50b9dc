import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countryChoices, countryName } from './countries';

test('there is a choice for each country, each by a name of its own, in the order of names', () => {
  const choices = countryChoices('');
  assert.equal(choices.length, 249);
  assert.equal(new Set(choices.map(({ label }) => label)).size, choices.length);
  for (const { value, label } of choices) assert.notEqual(value, label);
  const places = ['Åland Islands', 'Albania', 'Germany', 'Zimbabwe'].map((name) =>
    choices.findIndex(({ label }) => label === name),
  );
  assert.ok(
    places.every((place, index) => place > (places[index - 1] ?? -1)),
    places.join(' '),
  );
});

test('what is stored can be chosen, once, whatever it is', () => {
  assert.equal(countryChoices('CH').length, 249);
  assert.deepEqual(
    countryChoices('QQ').find(({ value }) => value === 'QQ'),
    { value: 'QQ', label: 'QQ' },
  );
  assert.equal(countryName('CH'), 'Switzerland');
});
