// A conversation, and the request that continues it.

export const newTalk = (model) => ({
  id: crypto.randomUUID ? crypto.randomUUID() : String(Date.now() + Math.random()),
  title: '', at: Date.now(), system: '', columns: [{ model, turns: [] }], spent: 0,
});

const part = (file) => {
  if (file.kind === 'text') return { type: 'text', text: file.name + ':\n' + file.data };
  if (file.kind === 'image') return { type: 'image_url', image_url: { url: file.data } };
  return { type: 'file', file: { filename: file.name, file_data: file.data } };
};

export const messages = (system, turns) => {
  const list = [];
  if (system.trim()) list.push({ role: 'system', content: system });
  for (const turn of turns) {
    if (turn.role === 'user') {
      list.push({ role: 'user', content: turn.files?.length ? [...turn.files.map(part), { type: 'text', text: turn.text }] : turn.text });
    } else if (turn.role === 'tool') {
      list.push({ role: 'tool', tool_call_id: turn.call, content: turn.text });
    } else if (turn.text || turn.tools?.length) {
      const message = { role: 'assistant', content: turn.text || null };
      if (turn.tools?.length) message.tool_calls = turn.tools;
      list.push(message);
    }
  }
  return list;
};

// form: the fields as typed; tools and schema are parsed, null without
export const parameters = (form) => {
  const body = {};
  if (form.temperature !== '') body.temperature = Number(form.temperature);
  if (form.top !== '') body.top_p = Number(form.top);
  if (form.max !== '') body.max_tokens = Number(form.max);
  if (form.effort) body.reasoning_effort = form.effort;
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
    throw new Error('Invalid JSON, line ' + text.slice(0, at).split('\n').length + ': ' + problem.message);
  }
};

// Why search, tools and schema cannot be chosen with these models; empty texts if they can.
// models: id and what each can, "yes" or not; chosen: which of the three are in use.
export const refusedChoices = (models, chosen) => {
  const without = (what) => models.find((model) => model[what] !== 'yes')?.id;
  const not = (what, text) => (without(what) ? without(what) + ' ' + text : '');
  const search = not('search', 'does not search.') || (chosen.tools && !chosen.search && without('both') ? 'Not together with tools.' : '')
    || (chosen.schema && !chosen.search && without('jsonSearch') ? 'Not together with a schema.' : '');
  const searches = chosen.search && !search;
  const tools = not('functions', 'takes no tools.') || (searches && without('both') ? 'Not together with search.' : '');
  const schema = not('json', 'takes no schema.') || (searches && without('jsonSearch') ? 'Not together with search.' : '')
    || (chosen.tools && !tools && without('jsonFunctions') ? 'Not together with tools.' : '');
  return { search, tools, schema };
};

// The turns of a request that is shown as code: files other than texts by their names, and a first message if there is none.
export const codeTurns = (turns, draft, files) => {
  const named = (file) => ({ ...file, data: file.kind === 'text' ? file.data : '@' + file.name });
  const list = turns.map((turn) => ({ ...turn, files: turn.files?.map(named) }));
  if (draft || files.length || !list.length) list.push({ role: 'user', text: draft || (files.length ? '' : 'Say hello.'), files: files.map(named) });
  return list;
};
