import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languages } from '../../main/resources/assets/playground/code.mjs';
import { attached } from '../../main/resources/assets/playground/files.mjs';
import { isMatch, surplus } from '../../main/resources/assets/playground/kept.mjs';
import { finished, renderer } from '../../main/resources/assets/playground/markdown.mjs';

const shown = renderer({ getLanguage: (name) => name === 'js', highlight: (text) => ({ value: '<b>' + text + '</b>' }) });

test('a block is finished once another begins after an empty line', () => {
  assert.equal(finished('One'), 0);
  assert.equal(finished('One\n\n'), 0);
  assert.equal(finished('One\n\nTwo'), 5);
  assert.equal(finished('One\n\nTwo\n\nThree'), 10);
});

test('a list or quotation may continue after an empty line', () => {
  for (const more of ['- b', '* b', '> b', '1. b', '  b', '| b']) assert.equal(finished('- a\n\n' + more), 0, more);
});

test('code is not finished before its fence is closed', () => {
  assert.equal(finished('```\na\n\nb'), 0);
  assert.equal(finished('```\na\n\nb\n```\n\nText'), 14);
  assert.equal(finished('````\n```\n\nb\n```\n\nText'), 0);
});

test('HTML of a model is shown as text', () => {
  assert.equal(shown.html({ text: '<img src=x onerror="a()">' }), '&lt;img src=x onerror=&quot;a()&quot;&gt;');
});

test('an image becomes a link that names its host', () => {
  assert.equal(shown.image({ href: 'https://a.example/x"y', text: 'A cat' }), '<a href="https://a.example/x&quot;y">A cat (a.example, open in a new tab)</a>');
  assert.equal(shown.image({ href: 'nowhere' }), '<a href="nowhere">picture (picture, open in a new tab)</a>');
});

test('code is highlighted once it is closed and its language known', () => {
  assert.equal(shown.code({ text: '<a>', lang: 'js', closed: true }), '<pre><code class="hljs"><b><a></b></code></pre>');
  assert.equal(shown.code({ text: '<a>', lang: 'js', closed: false }), '<pre><code class="hljs">&lt;a&gt;</code></pre>');
  assert.equal(shown.code({ text: '<a>', lang: 'zz' }), '<pre><code class="hljs">&lt;a&gt;</code></pre>');
});

test('a file is text by its type, its name or its bytes', async () => {
  for (const file of [new File(['a'], 'a', { type: 'text/plain' }), new File(['a'], 'a.sql', { type: 'application/x-thing' }), new File(['é'], 'LICENSE')]) {
    assert.deepEqual(await attached(file, []), { name: file.name, size: file.size, kind: 'text', data: await file.text() });
  }
});

test('a file of an unknown type that is no text is refused', async () => {
  await assert.rejects(attached(new File([new Uint8Array([0, 1, 255])], 'x'), []), /x has an unknown type/);
  await assert.rejects(attached(new File(['a\0'], 'y'), []), /y has an unknown type/);
});

test('files together are limited to 24 MB', async () => {
  await assert.rejects(attached(new File(['aa'], 'a.txt', { type: 'text/plain' }), [{ size: 24 * 1024 * 1024 }]), /^Error: 1 kB too much\. Give a URL instead\.$/);
});

test('a hundred conversations of 200 MB are kept, and the latest always', () => {
  const many = Array.from({ length: 102 }, (_, id) => ({ id, bytes: 1 }));
  assert.deepEqual(surplus(many).map((talk) => talk.id), [100, 101]);
  const large = 201 * 1024 * 1024;
  assert.deepEqual(surplus([{ id: 'latest', bytes: large }, { id: 'older', bytes: 1 }]).map((talk) => talk.id), ['older']);
});

test('conversations are found by title and by what was said', () => {
  const talk = { title: 'Sky', columns: [{ turns: [{ text: 'Blue, says the sky.' }, {}] }] };
  assert.ok(isMatch(talk, '') && isMatch(talk, 'sky') && isMatch(talk, 'blue'));
  assert.ok(!isMatch(talk, 'sea'));
});

test('code in each language has the address and an escaped request', () => {
  const content = { model: 'm', messages: [{ role: 'user', content: "It's \\ here" }] };
  for (const [name, code] of Object.entries(languages)) assert.ok(code('https://a.example', content).includes('https://a.example/v1/chat/completions'), name);
  assert.ok(languages.curl('', content).includes("It'\\''s"));
  assert.ok(languages.Java('', content).includes('\\\\\\\\ here'));
});
