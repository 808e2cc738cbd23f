import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../main/resources/assets/words.js';
import { addResult, codeTurns, copied, messages, newTalk, NO_RESULT, parameters, parsed, pending, pendingAtEnd, refusedChoices, removeCall, schemaState, toLastWords, toolsState } from '../../main/resources/assets/playground/question.mjs';

const FORM = { temperature: '', top: '', max: '', effort: '', tools: null, search: false, schema: null };
const TOOL = { type: 'function', function: { name: 'f' } };

test('a new conversation has one column and an id of its own', () => {
  const talk = newTalk('m');
  assert.deepEqual(talk.columns, [{ model: 'm', turns: [] }]);
  assert.notEqual(talk.id, newTalk('m').id);
});

test('a blank system text is not sent', () => {
  assert.deepEqual(messages('  ', [{ role: 'user', text: 'Hi' }]), [{ role: 'user', content: 'Hi' }]);
  assert.deepEqual(messages('Be brief.', []), [{ role: 'system', content: 'Be brief.' }]);
});

test('files come before the text, each in the form of its kind', () => {
  const files = [{ kind: 'text', name: 'a.txt', data: 'one' }, { kind: 'image', data: 'data:image/png;base64,AA' }, { kind: 'file', name: 'a.pdf', data: 'data:x' }];
  assert.deepEqual(messages('', [{ role: 'user', text: 'Read.', files }]), [{ role: 'user', content: [
    { type: 'text', text: 'a.txt:\none' },
    { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
    { type: 'file', file: { filename: 'a.pdf', file_data: 'data:x' } },
    { type: 'text', text: 'Read.' },
  ] }]);
});

test('an answer without text or tools is left out', () => {
  assert.deepEqual(messages('', [{ role: 'assistant', text: '', tools: [] }]), []);
});

test('images of an answer go back as they came, and code names them', () => {
  const blob = new Blob(['x'], { type: 'image/jpeg' });
  const turns = [{ role: 'assistant', text: '', tools: [], extra: { e: 1 }, images: [{ blob, extra_content: { s: 1 } }], view: () => {} }];
  assert.deepEqual(messages('', turns), [{ role: 'assistant', content: null, images: [{ type: 'image_url', image_url: { url: blob }, extra_content: { s: 1 } }], extra_content: { e: 1 } }]);
  assert.equal(messages('', codeTurns(turns, 'Go on.', []))[0].images[0].image_url.url, '@image-1.jpg');
  assert.deepEqual(Object.keys(copied(turns)[0]), ['role', 'text', 'tools', 'extra', 'images']);
});

test('size and ratio of an image are sent if they are chosen', () => {
  assert.deepEqual(parameters({ ...FORM, size: '2K', ratio: '' }), { image_config: { image_size: '2K' } });
  assert.deepEqual(parameters({ ...FORM, size: '', ratio: '1:1' }), { image_config: { aspect_ratio: '1:1' } });
});

test('a tool call is sent with its result', () => {
  const call = { id: 'c1', ...TOOL };
  assert.deepEqual(messages('', [{ role: 'assistant', text: '', tools: [call] }, { role: 'tool', call: 'c1', text: '4' }]), [
    { role: 'assistant', content: null, tool_calls: [call] }, { role: 'tool', tool_call_id: 'c1', content: '4' },
  ]);
});

const CALL = { id: 'c1', ...TOOL };
const called = (...tools) => ({ role: 'assistant', text: '', tools });
const sentCalls = (list) => list.filter((message) => message.tool_calls).flatMap((message) => message.tool_calls.map((each) => each.id));

test('a call without a result is sent with an error, in front of the next message', () => {
  assert.deepEqual(messages('', [called(CALL), { role: 'user', text: 'Go on.' }]), [
    { role: 'assistant', content: null, tool_calls: [CALL] }, { role: 'tool', tool_call_id: 'c1', content: NO_RESULT }, { role: 'user', content: 'Go on.' },
  ]);
});

test('results follow in the order of their calls, and no result comes without a call', () => {
  const other = { id: 'c2', ...TOOL };
  const list = messages('', [called(CALL, other), { role: 'tool', call: 'c2', text: '2' }, { role: 'tool', call: 'zz', text: '0' }, { role: 'tool', call: 'c1', text: '1' }]);
  assert.deepEqual(list.slice(1).map((message) => [message.tool_call_id, message.content]), [['c1', '1'], ['c2', '2']]);
  assert.deepEqual(messages('', [{ role: 'user', text: 'Hi' }, { role: 'tool', call: 'c1', text: '1' }]), [{ role: 'user', content: 'Hi' }]);
});

test('a call that was broken off is not sent', () => {
  const cut = { id: 'c2', type: 'function', function: { name: 'f', arguments: '{"a' } };
  assert.deepEqual(sentCalls(messages('', [{ role: 'assistant', text: '', tools: [CALL, undefined, cut], state: 'broken' }])), ['c1']);
});

test('only calls behind the last message are pending', () => {
  const turns = [called(CALL), { role: 'tool', call: 'c1', text: '4' }, called({ ...CALL, id: 'c2' }, { ...CALL, id: 'c3' })];
  assert.deepEqual(pending(turns, 0), []);
  assert.deepEqual(pendingAtEnd(turns).map((each) => each.id), ['c2', 'c3']);
  addResult(turns, turns[2].tools[0], '5');
  assert.deepEqual(pendingAtEnd(turns).map((each) => each.id), ['c3']);
  removeCall(turns, turns[2].tools[1]);
  assert.deepEqual(pendingAtEnd(turns), []);
  assert.deepEqual(turns.map((turn) => turn.call), [undefined, 'c1', undefined, 'c2']);
  assert.deepEqual(pendingAtEnd([called(CALL), { role: 'user', text: 'Hi' }]), []);
  assert.deepEqual(pendingAtEnd([]), []);
});

test('empty fields are not sent', () => {
  assert.deepEqual(parameters(FORM), {});
});

test('fields are sent as numbers under the names of the API', () => {
  assert.deepEqual(parameters({ ...FORM, temperature: '0', top: '0.5', max: '7', effort: 'low' }), { temperature: 0, top_p: 0.5, max_tokens: 7, reasoning_effort: 'low' });
});

test('all fields of the API have a place, and only filled ones are sent', () => {
  assert.deepEqual(parameters({ ...FORM, topK: '40', seed: '-7', n: '2', tier: 'flex', stop: 'END\n\n##' }), { top_k: 40, seed: -7, n: 2, service_tier: 'flex', stop: ['END', '##'] });
});

test('a folded field says what is in it', () => {
  assert.deepEqual(['', '[{}]', '[{},{}]', '[{'].map(toolsState), ['none', '1 function', '2 functions', 'invalid JSON']);
  assert.deepEqual(['', '{"properties":{"a":{},"b":{}}}', '{"title":"Bridge"}', '{"type":"array"}', '{'].map(schemaState), ['none', 'a, b', 'Bridge', 'array', 'invalid JSON']);
});

test('search is a tool beside the others', () => {
  const search = { type: 'function', function: { name: 'googleSearch' } };
  assert.deepEqual(parameters({ ...FORM, search: true }).tools, [search]);
  assert.deepEqual(parameters({ ...FORM, tools: [TOOL], search: true }).tools, [TOOL, search]);
});

test('a schema becomes the format of the answer', () => {
  assert.deepEqual(parameters({ ...FORM, schema: { type: 'object' } }).response_format, { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object' } } });
});

test('invalid JSON is refused with its line', () => {
  assert.deepEqual(parsed('[1]'), [1]);
  assert.throws(() => parsed('[\n1,\nx]'), /^Error: Invalid JSON, line \d: /);
  assert.throws(() => parsed('[{'), /Invalid JSON, line 1: /);
});

const ALL = { id: 'all', choices: '8', search: 'yes', functions: 'yes', json: 'yes', both: 'yes', jsonFunctions: 'yes', jsonSearch: 'yes' };
const NONE = { search: false, tools: false, schema: false };

test('a model that can do all refuses nothing', () => {
  assert.deepEqual(refusedChoices([ALL], { search: true, tools: true, schema: true }), { search: '', tools: '', schema: '', n: '' });
});

test('a refusal names the model that cannot', () => {
  const weak = { ...ALL, id: 'weak', functions: 'no', json: 'no', search: 'no', choices: '1' };
  assert.deepEqual(refusedChoices([ALL, weak], NONE), { search: 'weak does not search.', tools: 'weak takes no tools.', schema: 'weak takes no schema.', n: 'weak gives one choice a call.' });
});

test('what excludes each other is refused by what was chosen first', () => {
  const one = { ...ALL, both: 'no', jsonFunctions: 'no', jsonSearch: 'no' };
  assert.deepEqual(refusedChoices([one], { ...NONE, tools: true }), { search: 'Not together with tools.', tools: '', schema: 'Not together with tools.', n: '' });
  assert.deepEqual(refusedChoices([one], { ...NONE, search: true }), { search: '', tools: 'Not together with search.', schema: 'Not together with search.', n: '' });
  assert.deepEqual(refusedChoices([one], { ...NONE, schema: true }), { search: 'Not together with a schema.', tools: '', schema: '', n: '' });
});

test('a search that the model refuses does not exclude tools', () => {
  const one = { ...ALL, id: 'one', search: 'no', both: 'no' };
  assert.equal(refusedChoices([one], { ...NONE, search: true, tools: true }).tools, '');
});

test('code shows files by their names and texts as they are', () => {
  const files = [{ kind: 'image', name: 'a.png', data: 'data:x' }, { kind: 'text', name: 'a.txt', data: 'one' }];
  assert.deepEqual(codeTurns([{ role: 'user', text: 'Look.', files }], '', [])[0].files.map((file) => file.data), ['@a.png', 'one']);
});

test('code of an empty conversation says hello', () => {
  assert.deepEqual(codeTurns([], '', []), [{ role: 'user', text: 'Say hello.', files: [] }]);
  assert.equal(codeTurns([], 'Draft', [])[0].text, 'Draft');
  assert.equal(codeTurns([{ role: 'user', text: 'Hi' }], '', []).length, 1);
});

test('code of an answered conversation ends with the words of the person', () => {
  const turns = [{ role: 'user', text: 'Hi' }, called(CALL), { role: 'tool', call: 'c1', text: '4' }, { role: 'assistant', text: 'Four.' }];
  assert.equal(codeTurns(toLastWords(turns), '', []).at(-1).text, 'Hi');
  assert.deepEqual(codeTurns(turns, 'And?', []).map((turn) => turn.text), ['Hi', '', '4', 'Four.', 'And?']);
});
