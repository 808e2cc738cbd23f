import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../main/resources/assets/words.js';
import { batches, ended, endNote, failure, filtered, take } from '../../main/resources/assets/playground/answer.mjs';

const body = (...reads) => ReadableStream.from(reads.map((text) => (typeof text === 'string' ? new TextEncoder().encode(text) : text)));
const read = async (...reads) => {
  const all = [];
  for await (const batch of batches(body(...reads))) all.push(batch);
  return all;
};
const turn = () => ({ role: 'assistant', text: '', thoughts: '', tools: [], state: 'running' });
const event = (chunk) => ({ data: JSON.stringify(chunk) });
const delta = (content) => event({ choices: [{ delta: content }] });

test('events are read in batches, one for each read', async () => {
  assert.deepEqual(await read('data: 1\n\ndata: 2\n\n', 'event: cost\ndata: 3\n\n'), [
    [{ name: undefined, data: '1' }, { name: undefined, data: '2' }], [{ name: 'cost', data: '3' }],
  ]);
});

test('an event that is cut anywhere is read whole', async () => {
  const bytes = new TextEncoder().encode('data: {"a":"é"}\n\n');
  for (let at = 1; at < bytes.length; at++) {
    const events = (await read(bytes.slice(0, at), bytes.slice(at))).flat();
    assert.deepEqual(events.map((each) => each.data), ['{"a":"é"}']);
  }
});

test('comments of the stream and its unfinished end are ignored', async () => {
  assert.deepEqual((await read(': beat\n\ndata: 1\n\ndata: 2')).flat().map((each) => each.data), ['1']);
});

test('text and thoughts grow, and the first of each is timed', () => {
  const it = turn();
  take(delta({ reasoning_content: 'Hm' }), it, 10);
  take(delta({ content: 'A' }), it, 20);
  take(delta({ content: 'B' }), it, 30);
  assert.deepEqual([it.thoughts, it.text, it.first, it.thought, it.events], ['Hm', 'AB', 10, 20, 3]);
});

test('a tool call is put together from its pieces', () => {
  const it = turn();
  take(delta({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{"a"' }, extra_content: { s: 1 } }] }), it, 1);
  take(delta({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }), it, 2);
  assert.deepEqual(it.tools, [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' }, extra_content: { s: 1 } }]);
});

test('an event of many reads is read whole', async () => {
  const events = (await read('data: {"a":"', ...Array(50).fill('b'.repeat(100)), '"}\n', '\ndata: 2\n\n')).flat();
  assert.deepEqual(events.map((each) => each.data), ['{"a":"' + 'b'.repeat(5_000) + '"}', '2']);
});

test('an image is kept as a blob alone, with what goes back with it', async () => {
  const it = turn();
  const extra_content = { google: { thought_signature: 's' } };
  take(delta({ images: [{ index: 0, type: 'image_url', image_url: { url: 'data:image/png;base64,AQL/' }, extra_content }] }), it, 7);
  take(delta({ images: [{ index: 1, type: 'image_url', image_url: { url: 'data:image/svg+xml;base64,PHN2Zz4=' } }] }), it, 9);
  const [picture, other] = it.images;
  assert.deepEqual([picture.blob.type, [...new Uint8Array(await picture.blob.arrayBuffer())]], ['image/png', [1, 2, 255]]);
  assert.deepEqual([Object.keys(picture), picture.extra_content, it.first], [['blob', 'extra_content'], extra_content, 7]);
  assert.deepEqual([other.blob, other.url], [undefined, 'data:image/svg+xml;base64,PHN2Zz4=']);
});

test('further choices grow apart from the first', () => {
  const it = turn();
  take(event({ choices: [{ index: 0, delta: { content: 'A' } }, { index: 2, delta: { content: 'C' } }] }), it, 1);
  take(event({ choices: [{ index: 1, delta: { content: 'B' } }, { index: 2, delta: { content: 'c' } }] }), it, 2);
  assert.deepEqual([it.text, it.others], ['A', ['B', 'Cc']]);
});

test('only sources with an address are kept', () => {
  const it = turn();
  take(delta({ annotations: [{ url_citation: { url: 'https://a.example' } }, { other: 1 }] }), it, 1);
  assert.deepEqual(it.sources, [{ url: 'https://a.example' }]);
});

test('usage and charge are stored, and the charge is returned', () => {
  const it = turn();
  assert.equal(take(event({ usage: { prompt_tokens: 1 }, credits_consumed: '1.8' }), it, 50), 1_800_000);
  assert.deepEqual([it.micros, it.took], [1_800_000, 50]);
  assert.equal(take({ name: 'cost', data: '{"tokens":5,"micros":7}' }, it, 60), 0);
  assert.deepEqual(it.cost, { tokens: 5, micros: 7 });
});

test('an end without error is done and an error breaks the answer', () => {
  const it = turn();
  take(event({ choices: [{ finish_reason: 'length', native_finish_reason: 'MAX_TOKENS' }] }), it, 1);
  take({ data: '[DONE]' }, it, 2);
  assert.deepEqual([it.state, it.finish, it.native], ['done', 'length', 'MAX_TOKENS']);
  const bad = turn();
  take(event({ error: { message: 'It broke.' } }), bad, 1);
  take({ data: '[DONE]' }, bad, 2);
  assert.deepEqual([bad.state, bad.note], ['broken', 'It broke.']);
});

test('a stopped answer says what was charged', () => {
  const stopped = { state: 'stopped', task: 't', micros: 900_000 };
  assert.equal(endNote(stopped, { charged: '0.90' }), 'Stopped. 0.90 credits were charged for the text so far.');
  assert.equal(endNote({ ...stopped, micros: 0 }, { charged: '0' }), 'Stopped. You pay nothing.');
  assert.match(endNote(stopped, null), /^Stopped before anything was charged, or/);
  assert.equal(endNote({ state: 'stopped' }, null), 'Stopped.');
});

test('a broken answer keeps its reason without the advice', () => {
  assert.equal(endNote({ state: 'broken', task: 't', note: 'It broke. Please try again.' }, { charged: '0' }), 'It broke. You pay nothing.');
  assert.equal(endNote({ state: 'broken', task: 't', events: 2 }, { charged: '0' }), 'The connection to the provider broke after 2 events. You pay nothing.');
  assert.equal(endNote({ state: 'broken', task: 't', note: 'It broke.' }, null), 'It broke.');
});

test('a filtered answer names the reason and its cost', () => {
  assert.equal(filtered({ native: 'SAFETY', micros: 10_000, text: 'It', usage: { prompt_tokens: 87 } }),
    'The provider’s safety filter stopped this response (SAFETY). 0.01 credits were charged for 87 prompt tokens and the text so far.');
  assert.equal(filtered({}), 'The provider’s safety filter stopped this response.');
});

test('the best end of two columns is read out', () => {
  assert.equal(ended(['broken', 'done']), 'Response complete');
  assert.equal(ended(['broken', 'stopped']), 'Stopped');
  assert.equal(ended(['refused', 'broken']), 'Response interrupted');
  assert.equal(ended(['refused']), 'No response');
});

test('an error of the API comes after what its code means, but in English', () => {
  const says = (code) => failure({ code, message: 'Too many calls. Please try again.' });
  assert.deepEqual(says('rate_limit_exceeded'), { note: 'Too many calls. Please try again.', quote: 'Too many calls.' });
  globalThis.isEnglish = false;
  try {
    assert.deepEqual(says('rate_limit_exceeded'), { note: 'A rate limit was reached. Too many calls.', quote: 'Too many calls.' });
    assert.equal(says('another').note, 'The call failed. Too many calls.');
  } finally {
    globalThis.isEnglish = true;
  }
});
