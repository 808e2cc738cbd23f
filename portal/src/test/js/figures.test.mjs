import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../main/resources/assets/words.js';
import { atMost, balanceOf, between, guessed, hundredths, microsOf, neverMore, pace, roughly, searched, seconds, shortCost, showFirst, size, spent, worth, written } from '../../main/resources/assets/playground/figures.mjs';

test('an amount is written with two, four or six decimals', () => {
  assert.deepEqual([0, 1_800_000, 1_800_500, 1_800_570, 1].map(written), ['0.00', '1.80', '1.8005', '1.800570', '0.000001']);
});

test('dollars are cut down to four decimals', () => {
  assert.deepEqual([1_270_000, 800_000, 1].map(worth), ['1.27 credits · $0.0064', '0.80 credits · $0.0040', '0.000001 credits · <$0.0001']);
});

test('who thinks in dollars sees them first, and amounts to come are rounded up', () => {
  assert.deepEqual([roughly(236_800), atMost(500_000), balanceOf(1_234_567_899)], ['0.24 credits', '0.50 credits', '1,234.57']);
  showFirst('dollars');
  assert.deepEqual([worth(800_000), roughly(236_800), atMost(500_000), balanceOf(1_234_567_899)], ['$0.0040 · 0.80 credits', '$0.0012', '$0.0025', '$6.17']);
  showFirst('credits');
});

test('credits become whole millionths', () => {
  assert.equal(microsOf('0.1'), 100_000);
  assert.equal(microsOf(1.000001), 1_000_001);
});

test('hundredths are rounded up and are never zero', () => {
  assert.deepEqual([0, 1, 10_000, 10_001].map(hundredths), ['0.01', '0.01', '0.01', '0.02']);
});

test('counts are grouped and have their noun in one or many', () => {
  assert.deepEqual([1, 12_345].map((n) => word('{n} token | {n} tokens', { n })), ['1 token', '12,345 tokens']);
});

test('sizes and durations are rounded for reading', () => {
  assert.deepEqual([1, 1_025, 3 * 1024 * 1024].map(size), ['1 kB', '2 kB', '3.0 MB']);
  assert.equal(seconds(1_234), '1.2 s');
});

test('the pace counts written tokens after the first', () => {
  const usage = { completion_tokens_details: { text_tokens: 50 } };
  assert.equal(pace({ took: 1_500, first: 500, usage }), ' · 50/s');
  assert.equal(pace({ took: 600, first: 500, usage }), '');
});

const MODELS = {
  steady: { usual: '{"13":[900,1000,1200],"18":[5000,0,90000]}' },
  fresh: { usual: '{}' },
};
const estimate = (min, max) => ({ min_credits: min, max_credits: max });
const guess = (content, told, free = 1e9) => guessed([content], [told], MODELS, free);

test('an estimate is what half of the like calls come near', () => {
  assert.deepEqual(guess({ model: 'steady' }, estimate('0.01', '2')), { low: 1_000, high: 1_000, most: 2_000_000 });
  assert.equal(between(1_000_000, 1_000_000), 'about 1.00 credits');
});

test('calls that differ and calls without their like give a range', () => {
  assert.deepEqual(guess({ model: 'steady' }, estimate('0.3', '2')), { low: 5_000, high: 90_000, most: 2_000_000 });
  const unknown = { low: 300_000, high: 2_000_000, most: 2_000_000 };
  assert.deepEqual(guess({ model: 'fresh' }, estimate('0.3', '2')), unknown);
  assert.deepEqual(guess({ model: 'steady', n: 2 }, estimate('0.3', '2')), unknown);
  assert.equal(between(300_000, 2_000_000), '0.30 to 2.00 credits');
});

test('an estimate adds up columns and never exceeds what is free', () => {
  const both = guessed([{ model: 'steady' }, { model: 'fresh' }], [estimate('0.01', '2'), estimate('1', '2')], MODELS, 1e9);
  assert.deepEqual(both, { low: 1_001_000, high: 2_001_000, most: 4_000_000 });
  assert.deepEqual(guess({ model: 'fresh' }, estimate('1', '2'), 300_000), { low: 300_000, high: 300_000, most: 300_000 });
});

test('a short question has a cost only if it is known', () => {
  assert.deepEqual(['{"13":[10000,0,90000]}', '{}', ''].map(shortCost), ['0.01 to 0.09 credits', '', '']);
  assert.equal(spent(0), '–');
});

test('the most of an estimate names its searches', () => {
  const models = { a: { searches: '8' }, b: { searches: '1' }, c: {} };
  const asks = (model, name) => ({ model, tools: [{ type: 'function', function: { name } }] });
  const most = (...contents) => neverMore('2.00 credits', searched(contents, models));
  assert.equal(most(asks('a', 'googleSearch'), asks('b', 'googleSearch')), 'Never more than 2.00 credits, with up to 9 searches.');
  assert.equal(most(asks('b', 'googleSearch')), 'Never more than 2.00 credits, with a search.');
  assert.equal(most(asks('a', 'weather'), asks('c', 'googleSearch'), { model: 'a' }), 'Never more than 2.00 credits.');
});
