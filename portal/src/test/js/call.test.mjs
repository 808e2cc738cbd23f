import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../main/resources/assets/words.js';
import { run } from '../../main/resources/assets/playground/call.mjs';
import { server } from '../../main/resources/assets/playground/server.mjs';

const turn = () => ({ role: 'assistant', text: '', thoughts: '', tools: [], state: 'running', began: Date.now() });
const reply = (status, body, task = 't1') => ({ ok: status < 400, status, body, headers: new Headers(task ? { 'x-tollgate-task-id': task } : {}) });
const stream = (...texts) => ReadableStream.from(texts.map((text) => new TextEncoder().encode(text)));
const hello = 'data: {"choices":[{"delta":{"content":"Hello"}}]}\n\n';

const played = async (ask, refusal) => {
  const seen = [];
  const it = turn();
  await run(it, () => ({ model: 'm' }), undefined, { ask, refusal }, {
    admitted: () => seen.push('admitted'), arrived: (event, micros) => seen.push(micros), paint: () => seen.push('paint'), settle: async () => seen.push('settled'),
  });
  return { it, seen };
};

test('a whole answer is done and reports what it charged', async () => {
  const { it, seen } = await played(async () => reply(200, stream(hello, 'data: {"credits_consumed":"0.5"}\n\ndata: [DONE]\n\n')));
  assert.deepEqual([it.state, it.text, it.task], ['done', 'Hello', 't1']);
  assert.deepEqual(seen, ['admitted', 0, 'paint', 500_000, 0, 'paint']);
});

test('a refused call takes the note of its refusal', async () => {
  const { it, seen } = await played(async () => reply(402, null), async () => ({ note: 'Not enough credits.', lower: 5 }));
  assert.deepEqual([it.state, it.status, it.note, it.lower], ['refused', 402, 'Not enough credits.', 5]);
  assert.deepEqual(seen, []);
});

test('an answer without an end is broken and is settled', async () => {
  const { it, seen } = await played(async () => reply(200, stream(hello)));
  assert.equal(it.state, 'broken');
  assert.equal(seen.at(-1), 'settled');
});

test('a stopped answer is settled and keeps its text', async () => {
  const { it, seen } = await played(async () => reply(200, ReadableStream.from((async function* () {
    yield new TextEncoder().encode(hello);
    throw new DOMException('stopped', 'AbortError');
  })())));
  assert.deepEqual([it.state, it.text, seen.at(-1)], ['stopped', 'Hello', 'settled']);
});

test('a lost connection breaks an admitted call', async () => {
  const { it } = await played(async () => reply(200, ReadableStream.from((async function* () { throw new TypeError('lost'); })())));
  assert.deepEqual([it.state, it.note], ['broken', 'The connection was lost.']);
});

test('a server that cannot be reached refuses the call', async () => {
  const { it, seen } = await played(async () => { throw new TypeError('no network'); });
  assert.deepEqual([it.state, it.note, seen.length], ['refused', 'The server could not be reached.', 0]);
});

const answering = (...answers) => {
  const asked = [];
  globalThis.fetch = async (path, options) => {
    asked.push([path, options]);
    const next = answers.shift();
    if (next instanceof Error) throw next;
    return next;
  };
  return asked;
};

test('each request carries the token of the page', async () => {
  const asked = answering(Response.json({}), Response.json({ ended: true }));
  const it = server('token');
  await it.ask('/playground/chat', { a: 1 });
  await it.look('a/b');
  assert.deepEqual(asked.map(([path, { headers }]) => [path, headers['x-csrf-token']]), [['/playground/chat', 'token'], ['/playground/calls/a%2Fb', 'token']]);
  assert.equal(asked[0][1].body, '{"a":1}');
});

test('a call is looked at until its charge is stored', async () => {
  const asked = answering(new TypeError('lost'), Response.json({ ended: false }), Response.json({ ended: true, charged: '1' }));
  assert.equal((await server('token').settled('t')).charged, '1');
  assert.equal(asked.length, 3);
});

test('tokens are counted by the provider, and the reason is said if they are not', async () => {
  const asked = answering(Response.json({ tokens: 258 }), Response.json({ tokens: 9 }, { headers: { 'x-tollgate-estimated': 'true' } }), Response.json({ error: { message: 'No.' } }, { status: 402 }), new TypeError('lost'));
  assert.deepEqual(await server('token').count('m', [{ type: 'file' }]), { tokens: 258, about: false });
  assert.deepEqual([asked[0][0], asked[0][1].body], ['/playground/count', '{"model":"m","messages":[{"role":"user","content":[{"type":"file"}]}]}']);
  assert.equal((await server('token').count('m', [])).about, true);
  assert.deepEqual(await server('token').count('m', []), { note: 'No.', quote: 'No.' });
  assert.deepEqual(await server('token').count('m', []), { note: 'The server could not be reached.' });
});

test('a schema is checked by the server, and unchecked if it cannot be', async () => {
  const asked = answering(Response.json({ verdict: 'misfit' }), new TypeError('lost'));
  assert.equal(await server('token').fit({ type: 'object' }, '[]'), 'misfit');
  assert.deepEqual([asked[0][0], asked[0][1].body], ['/playground/fit', '{"schema":{"type":"object"},"text":"[]"}']);
  assert.equal(await server('token').fit({}, '1'), 'undecided');
});

test('a refusal for credits says how many tokens they cover', async () => {
  const asked = answering(Response.json({ says: 'Not enough.', lower: 7 }));
  const refused = Response.json({ error: { message: 'No.' }, shortage: { needed: 5 } }, { status: 402 });
  assert.deepEqual(await server('token').refusal(refused, { model: 'm', max_tokens: 9 }), { note: 'Not enough.', lower: 7 });
  assert.equal(asked[0][0], '/playground/shortage?needed=5&model=m&max=9');
});

test('a refusal keeps its message if nothing better is known', async () => {
  const refused = () => Response.json({ error: { message: 'No.' }, shortage: {} }, { status: 402 });
  answering(new TypeError('lost'), new Response('', { status: 500 }));
  assert.deepEqual(await server('token').refusal(refused(), { model: 'm' }), { note: 'No.', quote: 'No.' });
  assert.deepEqual(await server('token').refusal(refused(), { model: 'm' }), { note: 'No.', quote: 'No.' });
  assert.deepEqual(await server('token').refusal(Response.json({ error: { message: 'Bad.' } }), { model: 'm' }), { note: 'Bad.', quote: 'Bad.' });
  assert.deepEqual(await server('token').refusal(Response.json({ error: { message: '无效。' } }, { headers: { 'content-language': 'zh-Hans' } }), { model: 'm' }), { note: '无效。' });
  assert.deepEqual(await server('token').refusal(new Response('<html>', { status: 502 }), { model: 'm' }), { note: 'The server answered with 502.' });
});
