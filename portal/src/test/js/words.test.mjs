import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const script = readFileSync(new URL('../../main/resources/assets/words.js', import.meta.url), 'utf8');

// the functions of a page in a language; body: its data-words
const page = (lang, body) => {
  globalThis.document = { documentElement: { lang }, body: { dataset: body ? { words: JSON.stringify(body) } : {} } };
  (0, eval)(script);
  delete globalThis.document;
  return { word: globalThis.word, signed: globalThis.signed, facts: globalThis.facts };
};

test('a page without words is English', () => {
  const { word, signed, facts } = page('en');
  assert.deepEqual([1, 2, 1_234].map((n) => word('{n} call | {n} calls', { n })), ['1 call', '2 calls', '1,234 calls']);
  assert.deepEqual([word('tool::Search'), word('{a} {b}', { a: 'x', b: '{a}' }), word('{missing}')], ['Search', 'x {a}', '{missing}']);
  assert.deepEqual([signed('1,234.50'), facts(['a', 'b', 'c']), facts([])], ['1,234.50', 'a, b, c', '']);
});

test('a language has its sentences, forms and signs', () => {
  const { word, signed } = page('de', { signs: ',.', words: { '{n} call | {n} calls': '{n} Aufruf | {n} Aufrufe', 'verb::Open': 'Öffnen' } });
  assert.deepEqual([1, 0, 1_234].map((n) => word('{n} call | {n} calls', { n })), ['1 Aufruf', '0 Aufrufe', '1.234 Aufrufe']);
  assert.deepEqual([word('verb::Open'), signed('1,234.50')], ['Öffnen', '1.234,50']);
});

test('a language without forms has one, and what it lacks is English', () => {
  const { word } = page('zh-Hans', { signs: '.,', words: { '{n} call | {n} calls': '{n} 次调用' } });
  assert.deepEqual([1, 2].map((n) => word('{n} call | {n} calls', { n })), ['1 次调用', '2 次调用']);
  assert.deepEqual([1, 2].map((n) => word('{n} key | {n} keys', { n })), ['1 key', '2 keys']);
});
