// Text of models, which becomes a part of the page only through the sanitizer.

import { formulas } from './formulas.mjs';
import { button, copyText, make } from './page.mjs';

// MathML as Temml writes it, without style
const MATH_TAGS = ['math', 'mrow', 'mi', 'mn', 'mo', 'ms', 'mtext', 'mspace', 'mfrac', 'msqrt', 'mroot', 'msub', 'msup', 'msubsup', 'munder', 'mover', 'munderover', 'mmultiscripts', 'mprescripts', 'mtable', 'mtr', 'mtd', 'mstyle', 'mpadded', 'mphantom'];
const MATH_ATTRIBUTES = ['display', 'displaystyle', 'scriptlevel', 'mathvariant', 'stretchy', 'fence', 'form', 'separator', 'accent', 'accentunder', 'linethickness', 'lspace', 'rspace', 'minsize', 'maxsize', 'movablelimits', 'largeop', 'symmetric', 'rowspan', 'columnspan', 'width', 'height', 'depth', 'voffset'];

const ALLOWED = {
  ALLOWED_TAGS: ['p', 'br', 'strong', 'em', 'del', 'code', 'pre', 'ul', 'ol', 'li', 'blockquote', 'a', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'hr', 'span', 'sup', 'sub', ...MATH_TAGS],
  ALLOWED_ATTR: ['href', 'class', 'start', 'align', 'rel', 'target', ...MATH_ATTRIBUTES],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  ADD_URI_SAFE_ATTR: ['align', 'start', ...MATH_ATTRIBUTES], // which would be taken for addresses
  RETURN_TRUSTED_TYPE: true,
};

const escapeHtml = (text) => text.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }[c]));

// highlighter: returns what colours code, or nothing while it is not there; load: called if it is needed
export const renderer = (highlighter, load) => ({
  html: (token) => escapeHtml(token.text),
  // an image loaded from its address would report the reader to that server: a link names the host, and the reader may open it
  image: (token) => {
    const picture = word('picture');
    let host = picture;
    try { host = new URL(token.href).host; } catch { /* no address */ }
    return '<a href="' + escapeHtml(token.href) + '">' + escapeHtml(word('{text} ({host}, open in a new tab)', { text: token.text || picture, host })) + '</a>';
  },
  // a task's box is a sign: a form's element of a model has no place in the page
  checkbox: (token) => '<span class="box">' + (token.checked ? '☑' : '☐') + '</span> ',
  code: (token) => {
    const hljs = highlighter();
    if (!hljs && token.lang) load();
    const language = hljs?.getLanguage(token.lang || '') ? token.lang : null;
    const inner = language && token.closed !== false ? hljs.highlight(token.text, { language }).value : escapeHtml(token.text);
    return '<pre><code class="hljs' + (language ? ' language-' + language : '') + '">' + inner + '</code></pre>';
  },
});

// JSON that answers a schema, as a block of code; its texts may hold fences themselves
const TICKS = '`'.repeat(9);
export const fenced = (text, grows) => {
  if (!text) return '';
  try {
    return TICKS + 'json\n' + JSON.stringify(JSON.parse(text), null, 2) + '\n' + TICKS;
  } catch {
    return /^\s*[[{]/.test(text) ? TICKS + 'json\n' + text + (grows ? '' : '\n' + TICKS) : text;
  }
};

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
// a link whose address stands at the end, for all blocks
const REFERENCE = /^ {0,3}\[[^\]]+\]:/m;

// where the last finished block ends: before a line that begins a new one after an empty line outside of code
export const finished = (text) => {
  let fence = '';
  let end = 0;
  let at = 0;
  let empty = false;
  for (const line of text.split('\n')) {
    const mark = FENCE.exec(line)?.[1];
    if (!fence && empty && /^[^\s>*+|\d-]/.test(line)) end = at;
    if (!fence) fence = mark ?? '';
    else if (mark?.startsWith(fence)) fence = '';
    empty = !line.trim();
    at += line.length + 1;
  }
  return end;
};

const copyable = (element) => {
  for (const formula of element.querySelectorAll('.formula')) formula.tabIndex = 0; // it may be wider than its place
  for (const block of element.querySelectorAll('pre')) {
    block.tabIndex = 0;
    const code = block.querySelector('code');
    const head = make('header', 'small muted');
    head.append(make('span', '', /language-(\S+)/.exec(code.className)?.[1] ?? ''), button(word('Copy'), () => copyText(code.textContent, block)));
    const box = make('div', 'block');
    block.replaceWith(box);
    box.append(head, block);
  }
};

// Returns a function that shows the text of a turn in an element. While it grows, a finished block is made once and stays, and only
// the rest is made again; shown is what the function remembers of the element: begin with { end: 0, tail: null }.
// window: has the libraries; loadFormulas, loadColours: called if formulas cannot be shown yet, or code not in colours
export const markdown = (window, loadFormulas, loadColours) => {
  const { DOMPurify, marked } = window;
  DOMPurify.addHook('afterSanitizeAttributes', (node) => {
    if (node.tagName === 'A') {
      node.setAttribute('rel', 'noopener noreferrer nofollow');
      node.setAttribute('target', '_blank');
    }
  });
  marked.use({ renderer: renderer(() => window.hljs, loadColours), gfm: true, breaks: true, extensions: formulas(() => window.temml, loadFormulas, escapeHtml) });

  const render = (element, text) => {
    element.innerHTML = DOMPurify.sanitize(marked.parse(text), ALLOWED);
    copyable(element);
  };

  const grow = (element, text, shown) => {
    const end = shown.end + finished(text.slice(shown.end));
    if (end > shown.end) {
      const block = make('div', 'answer');
      render(block, text.slice(shown.end, end));
      element.insertBefore(block, shown.tail);
      shown.end = end;
    }
    if (!shown.tail) {
      shown.tail = make('div', 'answer');
      element.append(shown.tail);
    }
    if (shown.said === text) return;
    shown.said = text;
    render(shown.tail, text.slice(shown.end));
  };

  return (element, text, shown, grows) => {
    if (grows || (shown.tail && !REFERENCE.test(text))) grow(element, text, shown);
    else if (shown.whole !== text) {
      render(element, text);
      Object.assign(shown, { end: 0, tail: null, whole: text });
    }
  };
};
