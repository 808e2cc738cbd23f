// Formulas in TeX, shown as MathML. What converts them is loaded with the first one; until then, and if that fails, they stay text.

const CHARS_MAX = 2000;
const EXPANSIONS_MAX = 1000;
const CONVERTED_MAX = 500;

// the page's policy forbids them, and the browser complains of each
const STYLE = / style="[^"]*"/g;

const BLOCK = /^ {0,3}(?:\$\$([^$]+?)\$\$|\\\[([\s\S]+?)\\\]) *(?:\n+|$)/;
// a dollar sign before a number is more often an amount: the second one stands right behind the formula, and before no digit
const INLINE = /^(?:\$\$([^$]+?)\$\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)|\$(?!\s)((?:\\.|[^$\\\n])*(?:\\.|[^$\\\s]))\$(?!\d))/;

const token = (type, found) => found && { type, raw: found[0], tex: (found[1] ?? found[2] ?? found[3] ?? found[4]).trim(), display: (found[1] ?? found[2]) !== undefined };

// The extensions of marked for formulas.
// converter: returns what converts them, or nothing while it is not there; load: called if it is needed; escape: for HTML.
export const formulas = (converter, load, escape) => {
  const kept = new Map();

  const converted = (tex, display) => {
    const known = kept.get(tex + display);
    if (known !== undefined) return known;
    let markup = null;
    try {
      markup = converter().renderToString(tex, { displayMode: display, throwOnError: true, maxExpand: EXPANSIONS_MAX, trust: false })
        .replaceAll(STYLE, '');
    } catch { /* it stays text */ }
    if (kept.size === CONVERTED_MAX) kept.clear();
    kept.set(tex + display, markup);
    return markup;
  };

  const shown = ({ raw, tex, display }) => {
    if (tex.length > CHARS_MAX) return escape(raw);
    if (!converter()) {
      load();
      return escape(raw);
    }
    return converted(tex, display) ?? escape(raw);
  };

  return [
    { name: 'formulaBlock', level: 'block', start: (text) => /^ {0,3}(?:\$\$|\\\[)/m.exec(text)?.index, tokenizer: (text) => token('formulaBlock', BLOCK.exec(text)), renderer: (it) => '<p class="formula">' + shown(it) + '</p>' },
    { name: 'formula', level: 'inline', start: (text) => /\$|\\[([]/.exec(text)?.index, tokenizer: (text) => token('formula', INLINE.exec(text)), renderer: shown },
  ];
};
