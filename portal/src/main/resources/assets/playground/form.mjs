// The form under Settings, and the models that can be chosen.

import { byId } from './page.mjs';
import { parameters, parsed, refusedChoices, schemaState, toolsState } from './question.mjs';

export const models = () => [...byId('model').options].map((option) => ({ id: option.value, ...option.dataset }));

// what the calls of a model have cost, once a call has ended
export const rememberUsual = (id, usual) => {
  for (const option of byId('model').options) if (option.value === id) option.dataset.usual = usual;
};

const json = (id) => {
  const text = byId(id).value.trim();
  const error = byId(id + '-error');
  error.textContent = '';
  if (!text || byId(id).disabled) return null;
  try {
    return parsed(text);
  } catch (wrong) {
    error.textContent = wrong.message;
    byId(id).closest('details').open = true;
    throw new Error(word('Fix the JSON under Settings first.'));
  }
};

const value = (id) => (byId(id).disabled ? '' : byId(id).value);

// what the images of a model can be: sizes with the price of one, the size without a choice, and ratios; null if it makes none
const imagesOf = (id) => JSON.parse(models().find((model) => model.id === id)?.images ?? 'null');

// what an image costs that is made without a choice; empty for a model that makes none
export const imageCost = (id) => { const images = imagesOf(id); return images ? images.sizes[images.size] : ''; };

const ofImages = (id) => (imagesOf(id) ? { size: byId('p-size').value, ratio: byId('p-ratio').value } : {});

// the parameters of a model as typed; throws an error if they are no JSON
export const chosen = (id) => parameters({
  ...ofImages(id),
  temperature: value('p-temperature'), top: value('p-top'), max: value('p-max'), effort: value('p-effort'),
  topK: value('p-topk'), seed: value('p-seed'), n: value('p-n'), tier: value('p-tier'), stop: value('p-stop'),
  tools: json('p-tools'), search: byId('p-search').checked, schema: json('p-schema'),
});

// ---- what is filled in belongs to its conversation

const FIELDS = ['system', 'p-effort', 'p-max', 'p-temperature', 'p-tools', 'p-schema', 'p-top', 'p-topk', 'p-seed', 'p-n', 'p-tier', 'p-stop', 'p-size', 'p-ratio'].filter(byId);

export const filled = () => ({ ...Object.fromEntries(FIELDS.map((id) => [id, byId(id).value])), search: byId('p-search').checked });

export const fill = (values) => {
  for (const id of FIELDS) if (values[id] !== undefined) byId(id).value = values[id];
  byId('p-search').checked = !!values.search;
};

export const reset = () => {
  for (const id of FIELDS) byId(id).value = byId(id).defaultValue ?? '';
  byId('p-search').checked = false;
};

const MORE = {
  'p-effort': word('effort'), 'p-max': word('max'), 'p-temperature': word('temperature'), 'p-top': word('top p'), 'p-topk': word('top k'),
  'p-seed': word('seed'), 'p-stop': word('stop'), 'p-n': word('n'), 'p-tier': word('tier'),
};

const states = () => {
  byId('p-tools-state').textContent = toolsState(byId('p-tools').value);
  byId('p-schema-state').textContent = schemaState(byId('p-schema').value);
  const set = Object.keys(MORE).filter((id) => value(id));
  byId('p-more-state').textContent = facts(set.map((id) => MORE[id] + (id === 'p-stop' ? '' : ' ' + value(id))));
  byId('model-price').textContent = byId('model').selectedOptions[0]?.dataset.price ?? '–';
};

// the fields of images, with what all models that make images can
const allowImages = (ids) => {
  const all = ids.map(imagesOf).filter(Boolean);
  if (!byId('p-images')) return;
  byId('p-images').hidden = byId('image-price').hidden = !all.length;
  if (!all.length) return;
  const price = (size) => [...new Set(all.map((each) => each.sizes[size || each.size]))].reduce((a, b) => word('{a} and {b}', { a, b }));
  const offer = (field, has, text) => {
    for (const option of field.options) {
      option.hidden = option.disabled = !!option.value && !all.every((each) => has(each, option.value));
      if (!option.disabled) option.textContent = text(option.value || word('model default'), option.value);
    }
    if (field.selectedOptions[0].disabled) field.value = '';
  };
  offer(byId('p-ratio'), (each, ratio) => each.ratios.includes(ratio), (name) => name);
  offer(byId('p-size'), (each, size) => each.sizes[size], (name, size) => facts([name, price(size)]));
  byId('image-price').textContent = word('an image: {price}', { price: price(byId('p-size').value) });
};

// the service tiers that all of the models have
const allowTiers = (ids) => {
  const known = models().filter((model) => ids.includes(model.id));
  const field = byId('p-tier');
  for (const option of field.options) {
    option.disabled = ['flex', 'priority'].includes(option.value) && !known.every((model) => model.tiers.split(' ').includes(option.value));
  }
  if (field.selectedOptions[0].disabled) field.value = '';
};

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
  allowImages(ids);
  allowTiers(ids);
  states();
};

// ---- the model that was used last, unless the page was opened for another

export const lastModel = (asked) => {
  const field = byId('model');
  const last = localStorage.getItem('tollgate-model');
  if (!asked && models().some((model) => model.id === last)) field.value = last;
  return (id) => localStorage.setItem('tollgate-model', id);
};

// ---- whether Enter sends

const keys = () => { byId('message').placeholder = byId('p-enter').checked ? word('Ask anything. Enter sends, Shift+Enter starts a new line.') : word('Ask anything. Ctrl+Enter sends, Enter starts a new line.'); };

export const rememberEnter = () => {
  const enter = byId('p-enter');
  enter.checked = localStorage.getItem('tollgate-enter') !== 'new line';
  enter.addEventListener('change', () => { localStorage.setItem('tollgate-enter', enter.checked ? 'sends' : 'new line'); keys(); });
  keys();
};

export const sends = (event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey || (byId('p-enter').checked && !event.shiftKey));

// the examples of tools and schema, which the fields show while they are empty
export const fillExamples = (root) => {
  for (const example of root.querySelectorAll('[data-example]')) {
    const field = byId(example.dataset.example);
    example.addEventListener('click', () => { if (!field.disabled) { field.value = JSON.stringify(JSON.parse(field.placeholder), null, 2); field.dispatchEvent(new Event('input', { bubbles: true })); } });
  }
};
