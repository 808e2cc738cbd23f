import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../main/resources/assets/words.js';
import { languages } from '../../main/resources/assets/playground/code.mjs';
import { formulas } from '../../main/resources/assets/playground/formulas.mjs';
import { attached, pdfPages } from '../../main/resources/assets/playground/files.mjs';
import { dayOf, headOf, isMatch, surplus } from '../../main/resources/assets/playground/kept.mjs';
import { fenced, finished, renderer } from '../../main/resources/assets/playground/markdown.mjs';

const shown = renderer(() => ({ getLanguage: (name) => name === 'js', highlight: (text) => ({ value: '<b>' + text + '</b>' }) }));

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
  assert.equal(shown.code({ text: '<a>', lang: 'js', closed: true }), '<pre><code class="hljs language-js"><b><a></b></code></pre>');
  assert.equal(shown.code({ text: '<a>', lang: 'js', closed: false }), '<pre><code class="hljs language-js">&lt;a&gt;</code></pre>');
  assert.equal(shown.code({ text: '<a>', lang: 'zz' }), '<pre><code class="hljs">&lt;a&gt;</code></pre>');
});

test('code stays plain until what highlights it is there', () => {
  let loads = 0;
  const plain = renderer(() => undefined, () => loads++);
  assert.deepEqual([plain.code({ text: '<a>', lang: 'js' }), loads], ['<pre><code class="hljs">&lt;a&gt;</code></pre>', 1]);
  assert.deepEqual([plain.code({ text: '<a>' }), loads], ['<pre><code class="hljs">&lt;a&gt;</code></pre>', 1]);
});

test('a file is text by its type, its name or its bytes', async () => {
  for (const file of [new File(['a'], 'a', { type: 'text/plain' }), new File(['a'], 'a.sql', { type: 'application/x-thing' }), new File(['é'], 'LICENSE')]) {
    assert.deepEqual(await attached(file, []), { name: file.name, size: file.size, kind: 'text', data: await file.text() });
  }
});

test('the pages of a PDF are counted where they are not compressed', () => {
  const bytes = new TextEncoder().encode('%PDF-1.4\n<</Type /Pages /Count 2>>\n<</Type /Page>>\n<</Type/Page/Parent 1 0 R>>');
  assert.deepEqual([pdfPages(bytes), pdfPages(new TextEncoder().encode('%PDF-1.7 \u00ff'))], [2, 0]);
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

const talk = { id: 'i', account: 'a', title: 'Sky', at: 5, spent: 1_270_000, columns: [{ model: 'm', turns: [{ text: 'Blue, says the sky.', files: [{ data: 'x' }] }, {}] }] };

test('conversations are found by title and by what was said', () => {
  const head = headOf(talk);
  assert.ok(isMatch(head, '') && isMatch(head, 'sky') && isMatch(head, 'blue'));
  assert.ok(!isMatch(head, 'sea'));
});

test('the list knows model and cost of a conversation, and none of its files', () => {
  assert.deepEqual(headOf(talk), { id: 'i', account: 'a', title: 'Sky', at: 5, bytes: 0, about: 'm · 1.27 credits · $0.0064', said: 'blue, says the sky.\n' });
});

test('days are those of the reader', () => {
  const now = new Date(2026, 10, 27, 0, 30).getTime();
  const days = [[2026, 10, 27, 0, 1], [2026, 10, 26, 23, 59], [2026, 10, 25, 12], [2025, 0, 2]].map((parts) => dayOf(new Date(...parts).getTime(), now));
  assert.deepEqual(days, ['Today', 'Yesterday', '25 November', '2 January 2025']);
});

test('JSON that answers a schema becomes a block of code, also while it grows', () => {
  const ticks = '`'.repeat(9);
  assert.equal(fenced('{"a":[1]}', false), ticks + 'json\n{\n  "a": [\n    1\n  ]\n}\n' + ticks);
  assert.equal(fenced('{"a":', true), ticks + 'json\n{"a":');
  assert.deepEqual([fenced('', true), fenced('Sorry.', false)], ['', 'Sorry.']);
});

test('a task box is a sign and no element of a form', () => {
  assert.equal(shown.checkbox({ checked: true }) + shown.checkbox({ checked: false }), '<span class="box">☑</span> <span class="box">☐</span> ');
});

test('code in each language has the address and an escaped request', () => {
  const content = { model: 'm', messages: [{ role: 'user', content: "It's \\ here" }] };
  for (const [name, code] of Object.entries(languages)) assert.ok(code('https://a.example', content).includes('https://a.example/v1/chat/completions'), name);
  assert.ok(languages.curl('', content).includes("It'\\''s"));
  assert.ok(languages.Java('', content).includes('\\\\\\\\ here'));
});

const extensions = (converter, load = () => {}) => formulas(() => converter, load, (text) => text.replace(/</g, '&lt;'));
const [block, inline] = extensions(null);

test('formulas are found between dollars and brackets, and amounts are none', () => {
  const tex = (it, text) => { const found = it.tokenizer(text); return found && [found.tex, found.display]; };
  assert.deepEqual([tex(inline, '$x$ y'), tex(inline, '\\(x\\)'), tex(inline, '$$x$$'), tex(inline, '\\[x\\]')], [['x', false], ['x', false], ['x', true], ['x', true]]);
  for (const text of ['$5 and $6', '$ x$', '$5-$6', '$5\n$', '$5', '\\(x']) assert.equal(tex(inline, text), null, text);
  assert.deepEqual(tex(block, '$$\n= a\n+ b\n$$\nmore'), ['= a\n+ b', true]);
  assert.equal(tex(block, '$$a$$ more'), null);
});

test('a formula stays text until its converter is there, if it fails and if it is too long', () => {
  const calls = [];
  const loads = [];
  const shown = (converter, tex) => extensions(converter, () => loads.push(tex))[1].renderer({ raw: '$' + tex + '$', tex, display: false });
  const converter = { renderToString: (tex, options) => { calls.push(options.maxExpand); if (tex === 'bad') throw new Error(tex); return '<math style="color:red;">' + tex + '</math>'; } };
  assert.deepEqual([shown(null, 'a<b'), shown(converter, 'bad'), shown(converter, 'x'), shown(converter, 'x'.repeat(2001))], ['$a&lt;b$', '$bad$', '<math>x</math>', '$' + 'x'.repeat(2001) + '$']);
  assert.deepEqual([loads, calls], [['a<b'], [1000, 1000]]);
});
