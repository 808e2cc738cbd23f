// The form under Parameters, and the models that can be chosen.

import { byId } from './page.mjs';
import { parameters, parsed, refusedChoices } from './question.mjs';

export const models = () => [...byId('model').options].map((option) => ({ id: option.value, ...option.dataset }));

const json = (id) => {
  const text = byId(id).value.trim();
  const error = byId(id + '-error');
  error.textContent = '';
  if (!text || byId(id).disabled) return null;
  try {
    return parsed(text);
  } catch (wrong) {
    error.textContent = wrong.message;
    throw new Error('Fix the JSON under Parameters first.');
  }
};

// the parameters as typed; throws an error if they are no JSON
export const chosen = () => parameters({
  temperature: byId('p-temperature').value, top: byId('p-top').value, max: byId('p-max').value, effort: byId('p-effort').value,
  tools: json('p-tools'), search: byId('p-search').checked, schema: json('p-schema'),
});

// what one of the models does not take cannot be chosen, and the page says why
export const allow = (ids) => {
  const known = models();
  const why = refusedChoices(ids.map((id) => known.find((model) => model.id === id)).filter(Boolean), {
    search: byId('p-search').checked, tools: byId('p-tools').value.trim() !== '', schema: byId('p-schema').value.trim() !== '',
  });
  for (const [what, text] of Object.entries(why)) {
    const field = byId('p-' + what);
    field.disabled = !!text;
    byId(field.id + '-why').textContent = text;
    field.closest('label, .field').title = text;
  }
  if (why.search) byId('p-search').checked = false;
};

// ---- whether Enter sends

const keys = () => { byId('message').placeholder = byId('p-enter').checked ? 'Ask anything. Enter sends, Shift+Enter starts a new line.' : 'Ask anything. Ctrl+Enter sends, Enter starts a new line.'; };

export const rememberEnter = () => {
  const enter = byId('p-enter');
  enter.checked = localStorage.getItem('tollgate-enter') !== 'new line';
  enter.addEventListener('change', () => { localStorage.setItem('tollgate-enter', enter.checked ? 'sends' : 'new line'); keys(); });
  keys();
};

export const sends = (event) => event.key === 'Enter' && !event.isComposing && (event.ctrlKey || event.metaKey || (byId('p-enter').checked && !event.shiftKey));

// the examples of tools and schema, which the fields show while they are empty
export const fillExamples = (root) => {
  for (const example of root.querySelectorAll('[data-example]')) {
    const field = byId(example.dataset.example);
    example.addEventListener('click', () => { if (!field.disabled) { field.value = JSON.stringify(JSON.parse(field.placeholder), null, 2); field.dispatchEvent(new Event('input')); } });
  }
};
