// Sentences and numbers in the page's language. English is the key; <body data-words> has the translations that the page's scripts can say.
(() => {
  'use strict';

  const page = globalThis.document;
  const { signs = '.,', words = {} } = JSON.parse(page?.body.dataset.words ?? '{}');

  globalThis.isEnglish = page?.body.dataset.words === undefined;

  // a number as English writes it, with the signs of the language
  globalThis.signed = (text) => text.replace(/[.,]/g, (sign) => signs['.,'.indexOf(sign)]);

  const isWide = (sign) => /[\u3001-\u9fff\uff01-\uff5e“”]/.test(sign ?? '');

  // values: finished texts by their names; numbers are written in groups, and {n} chooses the form for one or the form for others
  globalThis.word = (english, values = {}) => {
    const known = words[english];
    const forms = (known ?? english.replace(/^[a-z][a-z0-9-]*::/, '')).split(' | ');
    const isOne = forms.length > 1 && new Intl.PluralRules(known ? page.documentElement.lang : 'en').select(values.n) === 'one';
    return (isOne ? forms[0] : forms.at(-1)).replace(/( ?)\{(\w+)\}( ?)/g, (place, before, name, after, at, form) => {
      const value = values[name] ?? `{${name}}`;
      const text = typeof value === 'number' ? signed(value.toLocaleString('en-US')) : String(value);
      const isJoined = (a, b) => known && isWide(a) && isWide(b); // no blank between Chinese and a value that is Chinese
      return (isJoined(form[at - 1], text[0]) ? '' : before) + text + (isJoined(text.at(-1), form[at + place.length]) ? '' : after);
    });
  };

  // facts of one sentence in a row: a, b, c
  globalThis.facts = (texts) => (texts.length ? texts.reduce((a, b) => word('{a}, {b}', { a, b })) : '');
})();
