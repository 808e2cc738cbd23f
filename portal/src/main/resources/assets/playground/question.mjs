// A conversation, and the request that continues it.

export const newTalk = (model) => ({
  id: crypto.randomUUID ? crypto.randomUUID() : String(Date.now() + Math.random()),
  title: '', at: Date.now(), system: '', columns: [{ model, turns: [] }], spent: 0,
});

export const filePart = (file) => {
  if (file.kind === 'text') return { type: 'text', text: file.name + ':\n' + file.data };
  if (file.kind === 'image') return { type: 'image_url', image_url: { url: file.data } };
  return { type: 'file', file: { filename: file.name, file_data: file.data } };
};

// ---- images that a model has made

export const imageName = (blob, at) => 'image-' + (at + 1) + '.' + blob.type.slice(6).replace('jpeg', 'jpg');

// as it came; a blob becomes a data URL when the request is written
const sentBack = ({ blob, url, extra_content }) => ({ type: 'image_url', image_url: { url: blob ?? url }, extra_content });

// copies without what is drawn of them; a picture is the same in both
export const copied = (turns) => turns.map(({ view, ...turn }) => structuredClone(turn));

// ---- calls of tools: the API takes no message behind one that has no result

export const NO_RESULT = '{"error":"The tool returned no result."}';

const isWhole = (call) => {
  try {
    JSON.parse(call.function.arguments || '{}');
    return true;
  } catch {
    return false; // its answer was broken off
  }
};

// the whole calls of an answer; some of an answer that was broken off may be missing or cut
export const toolCalls = (turn) => (turn.tools || []).filter((call) => call?.id && isWhole(call));

// the results right behind the answer at this place, by the ids of its calls
const results = (turns, at) => {
  const found = new Map();
  for (let next = at + 1; turns[next]?.role === 'tool'; next++) found.set(turns[next].call, turns[next].text);
  return found;
};

// the calls of the answer at this place that have no result
export const pending = (turns, at) => {
  const found = results(turns, at);
  return toolCalls(turns[at]).filter((call) => !found.has(call.id));
};

// the calls that the next message of a column would stand behind
export const pendingAtEnd = (turns) => {
  const at = turns.findLastIndex((turn) => turn.role !== 'tool');
  return at < 0 || turns[at].role !== 'assistant' ? [] : pending(turns, at);
};

// puts the result of a call behind its answer
export const addResult = (turns, call, text) => {
  let at = turns.findLastIndex((turn) => turn.tools?.includes(call)) + 1;
  while (turns[at]?.role === 'tool') at++;
  turns.splice(at, 0, { role: 'tool', call: call.id, name: call.function.name, text });
};

// takes a call out of its answer, as if the model had not made it
export const removeCall = (turns, call) => {
  const turn = turns.findLast((each) => each.tools?.includes(call));
  turn.tools = turn.tools.filter((each) => each !== call);
  turn.note = word('The call of {function} was removed.', { function: call.function.name });
};

const answered = (turns, at) => {
  const turn = turns[at];
  const calls = toolCalls(turn);
  if (!turn.text && !turn.images && !calls.length) return [];
  const message = { role: 'assistant', content: turn.text || null, ...(turn.images && { images: turn.images.map(sentBack), extra_content: turn.extra }) };
  if (!calls.length) return [message];
  const found = results(turns, at);
  return [{ ...message, tool_calls: calls }, ...calls.map((call) => ({ role: 'tool', tool_call_id: call.id, content: found.get(call.id) ?? NO_RESULT }))];
};

export const messages = (system, turns) => {
  const list = [];
  if (system.trim()) list.push({ role: 'system', content: system });
  turns.forEach((turn, at) => {
    if (turn.role === 'user') list.push({ role: 'user', content: turn.files?.length ? [...turn.files.map(filePart), { type: 'text', text: turn.text }] : turn.text });
    else if (turn.role === 'assistant') list.push(...answered(turns, at));
  });
  return list;
};

// form: the fields as typed; tools and schema are parsed, null without
export const parameters = (form) => {
  const body = {};
  if (form.temperature !== '') body.temperature = Number(form.temperature);
  if (form.top !== '') body.top_p = Number(form.top);
  if (form.max !== '') body.max_tokens = Number(form.max);
  if (form.effort) body.reasoning_effort = form.effort;
  if (form.topK) body.top_k = Number(form.topK);
  if (form.seed) body.seed = Number(form.seed);
  if (form.n) body.n = Number(form.n);
  if (form.tier) body.service_tier = form.tier;
  if (form.ratio || form.size) body.image_config = { ...(form.ratio && { aspect_ratio: form.ratio }), ...(form.size && { image_size: form.size }) };
  const stop = (form.stop || '').split('\n').filter((line) => line);
  if (stop.length) body.stop = stop;
  if (form.tools) body.tools = form.tools;
  if (form.search) body.tools = [...(form.tools || []), { type: 'function', function: { name: 'googleSearch' } }];
  if (form.schema) body.response_format = { type: 'json_schema', json_schema: { name: 'answer', schema: form.schema } };
  return body;
};

// throws an error that names the line
export const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch (problem) {
    const at = Number(/position (\d+)/.exec(problem.message)?.[1] ?? text.length);
    throw new Error(word('Invalid JSON, line {line}: {problem}', { line: String(text.slice(0, at).split('\n').length), problem: problem.message }));
  }
};

// Why search, tools, schema and several choices cannot be chosen with these models; empty texts if they can.
// models: id and what each can, "yes" or not; chosen: which of the first three are in use.
export const refusedChoices = (models, chosen) => {
  const without = (what) => models.find((model) => model[what] !== 'yes')?.id;
  const not = (what, says) => (without(what) ? says({ model: without(what) }) : '');
  const search = not('search', (model) => word('{model} does not search.', model)) || (chosen.tools && !chosen.search && without('both') ? word('Not together with tools.') : '')
    || (chosen.schema && !chosen.search && without('jsonSearch') ? word('Not together with a schema.') : '');
  const searches = chosen.search && !search;
  const tools = not('functions', (model) => word('{model} takes no tools.', model)) || (searches && without('both') ? word('Not together with search.') : '');
  const schema = not('json', (model) => word('{model} takes no schema.', model)) || (searches && without('jsonSearch') ? word('Not together with search.') : '')
    || (chosen.tools && !tools && without('jsonFunctions') ? word('Not together with tools.') : '');
  const single = models.find((model) => model.choices === '1')?.id;
  return { search, tools, schema, n: single ? word('{model} gives one choice a call.', { model: single }) : '' };
};

// ---- what the form says of itself while its parts are folded

export const toolsState = (text) => {
  if (!text.trim()) return word('none');
  try {
    const list = JSON.parse(text);
    return word('{n} function | {n} functions', { n: list.length });
  } catch {
    return word('invalid JSON');
  }
};

export const schemaState = (text) => {
  if (!text.trim()) return word('none');
  try {
    const schema = JSON.parse(text);
    const names = Object.keys(schema.properties || {}).join(', ');
    return (schema.title || names || schema.type || word('on')).slice(0, 24);
  } catch {
    return word('invalid JSON');
  }
};

// up to the last message of the person
export const toLastWords = (turns) => turns.slice(0, turns.findLastIndex((turn) => turn.role === 'user') + 1);

// The turns of a request that is shown as code: files other than texts and images by their names, and a first message if there is none.
export const codeTurns = (turns, draft, files) => {
  const named = (file) => ({ ...file, data: file.kind === 'text' ? file.data : '@' + file.name });
  const image = ({ blob, url }, at) => ({ url: blob ? '@' + imageName(blob, at) : url });
  const list = turns.map((turn) => ({ ...turn, files: turn.files?.map(named), images: turn.images?.map(image), extra: undefined }));
  if (draft || files.length || !list.length) list.push({ role: 'user', text: draft || (files.length ? '' : word('Say hello.')), files: files.map(named) });
  return list;
};
