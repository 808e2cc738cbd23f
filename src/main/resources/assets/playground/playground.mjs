// The playground: conversations with models, kept in this browser alone. Each call goes to this server as any program's would; what comes
// back is shown as it comes, and becomes a page only through the sanitizer.
(() => {
  'use strict';

  const root = document.getElementById('playground');
  const byId = (id) => document.getElementById(id);
  const account = root.dataset.account;
  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  // ---- what is said

  const FILES_MAX = 24 * 1024 * 1024;
  const KEPT_MAX = 100;
  const KEPT_BYTES_MAX = 200 * 1024 * 1024;
  const fresh = () => ({ id: crypto.randomUUID ? crypto.randomUUID() : String(Date.now() + Math.random()), title: '', at: Date.now(), system: '', columns: [{ model: byId('model').value, turns: [] }], spent: 0 });

  let talk = fresh();
  let files = [];
  const running = new Map();

  const microsOf = (credits) => Math.round(Number(credits) * 1e6);
  const written = (micros) => {
    const exact = (micros / 1e6).toFixed(6);
    const cut = exact.replace(/0{1,4}$/, '');
    const decimals = cut.split('.')[1].length;
    return (micros / 1e6).toFixed(decimals <= 2 ? 2 : decimals <= 4 ? 4 : 6);
  };

  // ---- text of models

  const purify = window.DOMPurify;
  purify.addHook('afterSanitizeAttributes', (node) => {
    if (node.tagName === 'A') {
      node.setAttribute('rel', 'noopener noreferrer nofollow');
      node.setAttribute('target', '_blank');
    }
  });
  const ALLOWED = {
    ALLOWED_TAGS: ['p', 'br', 'strong', 'em', 'del', 'code', 'pre', 'ul', 'ol', 'li', 'blockquote', 'a', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'hr', 'span', 'sup', 'sub'],
    ALLOWED_ATTR: ['href', 'class', 'start', 'align', 'rel', 'target'],
    ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
    RETURN_TRUSTED_TYPE: true,
  };
  const escapeHtml = (text) => text.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }[c]));
  const renderer = {
    html: (token) => escapeHtml(token.text),
    // a picture by address would tell its server that somebody reads: its host is named, and opening it is the reader's deed
    image: (token) => {
      let host = 'picture';
      try { host = new URL(token.href).host; } catch { /* no address */ }
      return '<a href="' + escapeHtml(token.href) + '">' + escapeHtml((token.text || 'picture') + ' (' + host + ', open in a new tab)') + '</a>';
    },
    code: (token) => {
      const language = window.hljs.getLanguage(token.lang || '') ? token.lang : null;
      const inner = language && token.closed !== false ? window.hljs.highlight(token.text, { language }).value : escapeHtml(token.text);
      return '<pre><code class="hljs">' + inner + '</code></pre>';
    },
  };
  window.marked.use({ renderer, gfm: true, breaks: true });
  // where the last finished block ends: before a line that begins one anew after an empty line outside of code
  const FENCE = /^ {0,3}(`{3,}|~{3,})/;
  const finished = (text) => {
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

  // while it grows: what is finished is made once and stays, only the rest is made again
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

  const render = (element, text) => {
    element.innerHTML = purify.sanitize(window.marked.parse(text), ALLOWED);
    for (const block of element.querySelectorAll('pre')) {
      block.tabIndex = 0;
      const copy = make('button', 'small', 'Copy');
      copy.type = 'button';
      copy.addEventListener('click', () => copyText(block.querySelector('code').textContent, copy, block));
      const box = make('div', 'snippet');
      block.replaceWith(box);
      box.append(copy, block);
    }
  };

  // on plain HTTP there is no clipboard, so an old way, and at last a selection that the person copies
  const copyText = async (text, button, shown) => {
    let said = 'Copied';
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make('textarea', 'vh');
      area.value = text;
      document.body.append(area);
      area.select();
      if (!document.execCommand('copy')) said = 'Press Ctrl+C';
      area.remove();
      if (said !== 'Copied' && shown) getSelection().selectAllChildren(shown);
    }
    const label = button.textContent;
    button.textContent = said;
    setTimeout(() => { button.textContent = label; }, 1500);
  };

  // ---- the call as JSON

  const parameters = () => {
    const body = {};
    const number = (id, name) => { const value = byId(id).value; if (value !== '') body[name] = Number(value); };
    number('p-temperature', 'temperature');
    number('p-top', 'top_p');
    number('p-max', 'max_tokens');
    if (byId('p-effort').value) body.reasoning_effort = byId('p-effort').value;
    const tools = json('p-tools');
    if (tools) body.tools = tools;
    if (byId('p-search').checked) body.tools = [...(tools || []), { type: 'function', function: { name: 'googleSearch' } }];
    const schema = json('p-schema');
    if (schema) body.response_format = { type: 'json_schema', json_schema: { name: 'answer', schema } };
    return body;
  };

  const json = (id) => {
    const text = byId(id).value.trim();
    const error = byId(id + '-error');
    error.textContent = '';
    if (!text || byId(id).disabled) return null;
    try {
      return JSON.parse(text);
    } catch (problem) {
      const at = Number(/position (\d+)/.exec(problem.message)?.[1] ?? text.length);
      error.textContent = 'Invalid JSON, line ' + text.slice(0, at).split('\n').length + ': ' + problem.message;
      throw new Error('Fix the JSON under Parameters first.');
    }
  };

  // ---- what a model does not take cannot be chosen, and it is said why

  const refuse = (id, why) => {
    byId(id).disabled = !!why;
    byId(id + '-why').textContent = why;
    byId(id).closest('label, .field').title = why;
  };

  const allow = () => {
    const models = talk.columns.map((column) => [...byId('model').options].find((option) => option.value === column.model)).filter(Boolean);
    const without = (what) => models.find((option) => option.dataset[what] !== 'yes')?.value;
    const tools = byId('p-tools').value.trim() !== '';
    const schema = byId('p-schema').value.trim() !== '';
    const search = byId('p-search').checked;
    const not = (what, text) => (without(what) ? without(what) + ' ' + text : '');
    refuse('p-search', not('search', 'does not search.') || (tools && !search && without('both') ? 'Not together with tools.' : '')
      || (schema && !search && without('jsonSearch') ? 'Not together with a schema.' : ''));
    if (byId('p-search').disabled) byId('p-search').checked = false;
    const searches = byId('p-search').checked;
    refuse('p-tools', not('functions', 'takes no tools.') || (searches && without('both') ? 'Not together with search.' : ''));
    refuse('p-schema', not('json', 'takes no schema.') || (searches && without('jsonSearch') ? 'Not together with search.' : '')
      || (tools && !byId('p-tools').disabled && without('jsonFunctions') ? 'Not together with tools.' : ''));
  };

  const part = (file) => {
    if (file.kind === 'text') return { type: 'text', text: file.name + ':\n' + file.data };
    if (file.kind === 'image') return { type: 'image_url', image_url: { url: file.data } };
    return { type: 'file', file: { filename: file.name, file_data: file.data } };
  };

  const messages = (turns) => {
    const list = [];
    if (talk.system.trim()) list.push({ role: 'system', content: talk.system });
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

  const body = (column, turns) => ({ model: column.model, messages: messages(turns), ...parameters(), stream: true });

  const ask = (path, content, signal) => fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-csrf-token': root.dataset.csrf },
    body: JSON.stringify(content),
    signal,
  });

  // ---- one call

  const say = (text) => { byId('heard').textContent = text; };
  const problem = (text, ...deeds) => {
    byId('problem').textContent = text;
    byId('ways').replaceChildren(...deeds);
  };

  // why it was refused; what it lacked in credits is told in figures, with the maximum that they cover, if any
  const refusal = async (response, content) => {
    let error, shortage;
    try {
      ({ error, shortage } = await response.json());
    } catch {
      return { note: 'The server answered with ' + response.status + '.' };
    }
    if (!shortage) return { note: error.message };
    const question = new URLSearchParams({ ...shortage, model: content.model, max: content.max_tokens ?? '' });
    try {
      const told = await fetch('/playground/shortage?' + question, { headers: { 'x-csrf-token': root.dataset.csrf } });
      if (!told.ok) return { note: error.message };
      const { says, lower } = await told.json();
      return { note: says, lower };
    } catch {
      return { note: error.message };
    }
  };

  const way = (label, deed) => {
    const element = button(label, deed);
    element.className = '';
    return element;
  };

  // what may help against a refusal
  const waysOut = (turn) => {
    const ways = [];
    if (turn.status === 402) {
      const link = make('a', 'button', 'Top up');
      link.href = '/dashboard/billing/top-up';
      ways.push(link);
      if (turn.lower) ways.push(way('Lower the maximum to ' + grouped(turn.lower) + (turn.lower === 1 ? ' token' : ' tokens'), () => { byId('p-max').value = turn.lower; send(); }));
    }
    if (turn.status === 402 || turn.status === 429 || turn.status >= 500 || !turn.status) ways.push(way('Try again', () => send()));
    return ways;
  };

  const call = async (column, index) => {
    const turn = { role: 'assistant', text: '', thoughts: '', tools: [], state: 'running', began: Date.now(), model: column.model };
    const asked = column.turns.slice();
    column.turns.push(turn);
    draw();
    const controller = new AbortController();
    running.set(index, controller);
    buttons();
    say('Answering');
    try {
      const content = body(column, asked);
      const response = await ask('/playground/chat', content, controller.signal);
      turn.task = response.headers.get('x-tollgate-task-id');
      if (!response.ok) {
        turn.state = 'refused';
        turn.status = response.status;
        Object.assign(turn, await refusal(response, content));
        return;
      }
      keep(); // who leaves meanwhile finds it again
      await read(response, turn);
      if (turn.state === 'running') turn.state = 'broken';
      if (turn.state === 'broken') await settle(turn);
    } catch (failure) {
      if (failure.name === 'AbortError') {
        turn.state = 'stopped';
        await settle(turn);
      } else if (turn.task) {
        turn.state = 'broken';
        turn.note = 'The connection was lost.';
        await settle(turn);
      } else {
        turn.state = 'refused';
        turn.note = 'The server could not be reached.';
      }
    } finally {
      running.delete(index);
      turn.took ??= Date.now() - turn.began;
      if (turn.state === 'refused' && !turn.text) giveBack(column, turn);
      finish();
    }
  };

  const giveBack = (column, turn) => {
    if (talk.columns.length === 1) {
      problem(turn.note, ...waysOut(turn));
      column.turns.pop();
      const last = column.turns.at(-1);
      if (last?.role === 'user') {
        column.turns.pop();
        if (!byId('message').value) byId('message').value = last.text;
        files = last.files || [];
        drawFiles();
      }
    }
  };

  const EVENT = /^(?:event: (\w+)\n)?data: (.*)$/;
  const read = async (response, turn) => {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      rest += value;
      let end;
      while ((end = rest.indexOf('\n\n')) >= 0) {
        const event = rest.slice(0, end);
        rest = rest.slice(end + 2);
        const [, name, data] = EVENT.exec(event) ?? [];
        if (name === 'cost') { turn.cost = JSON.parse(data); stopLabel(); }
        else if (data) take(data, turn);
      }
      turn.view.later();
    }
  };

  const take = (data, turn) => {
    if (data === '[DONE]') { if (turn.state === 'running') turn.state = 'done'; return; }
    const chunk = JSON.parse(data);
    if (chunk.error) {
      turn.state = 'broken';
      turn.note = chunk.error.message;
      return;
    }
    const choice = chunk.choices?.[0];
    if (choice) {
      const delta = choice.delta || {};
      turn.events = (turn.events || 0) + 1;
      if (!turn.first && (delta.content || delta.reasoning_content || delta.tool_calls)) turn.first = Date.now() - turn.began;
      for (const each of delta.annotations || []) if (each.url_citation) (turn.sources ||= []).push(each.url_citation);
      if (delta.reasoning_content) turn.thoughts += delta.reasoning_content;
      if (delta.content) {
        if (turn.thoughts && !turn.thought) turn.thought = Date.now() - turn.began;
        turn.text += delta.content;
      }
      for (const piece of delta.tool_calls || []) {
        const known = turn.tools[piece.index] ||= { id: piece.id, type: 'function', function: { name: '', arguments: '' } };
        if (piece.function?.name) known.function.name = piece.function.name;
        if (piece.function?.arguments) known.function.arguments += piece.function.arguments;
        if (piece.extra_content) known.extra_content = piece.extra_content;
      }
      if (choice.finish_reason) { turn.finish = choice.finish_reason; turn.native = choice.native_finish_reason; }
    }
    if (chunk.usage) {
      turn.usage = chunk.usage;
      turn.took = Date.now() - turn.began;
    }
    if (chunk.credits_consumed !== undefined) {
      turn.micros = microsOf(chunk.credits_consumed);
      talk.spent += turn.micros;
    }
  };

  const look = (task) => fetch('/playground/calls/' + encodeURIComponent(task), { headers: { 'x-csrf-token': root.dataset.csrf } });

  const broken = (turn) => (turn.note ? turn.note.replace(/ Please try again\.$/, '') : 'The connection to the provider broke after ' + counted(turn.events || 0, 'event') + '.');

  // after a stop the books say what was charged
  const settle = async (turn) => {
    for (let tries = 0; turn.task && tries < 20; tries++) {
      const response = await look(turn.task).catch(() => null);
      if (response?.ok) {
        const told = await response.json();
        if (told.ended) {
          talk.spent -= turn.micros || 0;
          turn.micros = microsOf(told.charged.replace(/,/g, ''));
          talk.spent += turn.micros;
          turn.price = told.price;
          turn.note = (turn.state === 'stopped' ? 'Stopped.' : broken(turn))
            + (turn.micros ? ' ' + told.charged + ' credits were charged for the text so far.' : ' You pay nothing.');
          balance(told.balance);
          return;
        }
      }
      await new Promise((go) => setTimeout(go, 150));
    }
    if (!turn.task) turn.note = turn.state === 'stopped' ? 'Stopped.' : turn.note;
    else turn.note = turn.state === 'stopped' ? 'Stopped before anything was charged, or the charge is still being settled: see Requests.' : turn.note;
  };

  const balance = (text) => {
    for (const element of document.querySelectorAll('[data-figure="balance"]')) element.textContent = text;
  };

  const refreshBalance = async () => {
    const last = talk.columns.flatMap((column) => column.turns).filter((turn) => turn.task).at(-1);
    if (!last) return;
    const response = await look(last.task).catch(() => null);
    if (response?.ok) balance((await response.json()).balance);
  };

  // what somebody hears who does not see it: where two have answered, that one of them has
  const ended = () => {
    const states = talk.columns.map((column) => column.turns.at(-1)?.state);
    if (states.includes('done')) return 'The answer is there';
    if (states.includes('stopped')) return 'Stopped';
    return states.includes('broken') ? 'The answer was broken off' : 'There is no answer';
  };

  const finish = () => {
    draw();
    buttons();
    if (!running.size) {
      say(ended());
      keep();
      refreshBalance();
      byId('message').focus();
    }
  };

  // ---- drawing

  const seconds = (millis) => (millis / 1000).toFixed(1) + ' s';

  const button = (label, deed) => {
    const element = make('button', 'plain small', label);
    element.type = 'button';
    element.addEventListener('click', deed);
    return element;
  };

  const grouped = (count) => count.toLocaleString('en-US');
  const counted = (count, noun) => grouped(count) + ' ' + noun + (count === 1 ? '' : 's');

  // tokens a second of what was written, once it was worth measuring
  const pace = (turn) => {
    const millis = (turn.took || 0) - (turn.first || 0);
    return millis < 200 ? '' : ' · ' + Math.round((turn.usage.completion_tokens_details.text_tokens * 1000) / millis) + '/s';
  };

  const sources = (list) => {
    const box = make('ol', 'small');
    for (const source of list) {
      const link = make('a', '', source.title || source.url);
      if (!/^https?:/i.test(source.url)) continue;
      link.href = source.url;
      link.rel = 'noopener noreferrer nofollow';
      link.target = '_blank';
      const item = make('li');
      item.append(link);
      box.append(item);
    }
    return box;
  };

  // the lines that the charge is made of, as the books have them
  const showPrice = async (turn, place) => {
    if (place.childNodes.length) { place.replaceChildren(); return; }
    if (!turn.price) {
      const response = await look(turn.task).catch(() => null);
      if (response?.ok) turn.price = (await response.json()).price;
    }
    const table = make('table', 'calc');
    for (const line of turn.price || []) {
      const row = table.insertRow();
      line.forEach((cell, i) => { row.insertCell().textContent = cell; row.cells[i].className = i ? 'num' : ''; });
      if (!line[0]) row.className = 'muted';
    }
    place.replaceChildren(turn.price?.length ? table : 'The price could not be read. The page of the request has it.');
  };

  // what an answer looks like by now: a long one takes a tenth of a second to make, and the conversation is drawn anew with each turn
  const drawn = new WeakMap();
  // its links are said at the end, for all blocks
  const REFERENCE = /^ {0,3}\[[^\]]+\]:/m;

  const article = (column, index, turn, at) => {
    const element = make('article', 'turn ' + turn.role);
    element.append(make('h2', 'small', turn.role === 'user' ? 'You' : turn.role === 'tool' ? 'Result of ' + turn.name : turn.model || column.model));
    if (turn.role === 'user' || turn.role === 'tool') {
      for (const file of turn.files || []) element.append(chip(file));
      element.append(make('p', 'said', turn.text));
      const row = make('div', 'row');
      row.append(button('Edit', () => edit(index, at)), button('Delete', () => cut(index, at)));
      if (!running.size) element.append(row);
      return { element };
    }
    const thoughts = make('details', 'small muted');
    const summary = make('summary');
    const thinking = make('div', 'said');
    thoughts.append(summary, thinking);
    const { text, shown } = drawn.get(turn) || { text: make('div', 'answer'), shown: { end: 0, tail: null } };
    drawn.set(turn, { text, shown });
    const cited = make('div');
    const tools = make('div', 'stack');
    const note = make('p', 'small');
    const foot = make('div', 'row small muted');
    const stop = make('div', 'row');
    const price = make('div', 'small');
    element.append(thoughts, text, cited, tools, note, foot, stop, price);
    if (turn.state === 'running' && talk.columns.length > 1) stop.append(button('Stop', () => running.get(index)?.abort()));
    const paint = () => {
      const runs = turn.state === 'running';
      stop.hidden = !runs;
      thoughts.hidden = !turn.thoughts;
      const thought = turn.usage?.completion_tokens_details?.reasoning_tokens;
      summary.textContent = turn.thought || !runs ? 'Thought for ' + seconds(turn.thought || turn.took || 0) + (thought ? ', ' + grouped(thought) + ' tokens' : '') : 'Thinking…';
      thinking.textContent = turn.thoughts;
      if (runs || (shown.tail && !REFERENCE.test(turn.text))) grow(text, turn.text, shown);
      else if (shown.whole !== turn.text) {
        render(text, turn.text);
        Object.assign(shown, { end: 0, tail: null, whole: turn.text });
      }
      cited.replaceChildren(...(!runs && turn.sources ? [sources(turn.sources)] : []));
      const says = turn.note || (!runs && turn.finish === 'content_filter' ? filtered(turn) : '');
      note.hidden = !says;
      note.textContent = says;
      note.classList.toggle('error', turn.state === 'refused' || turn.state === 'broken');
      foot.replaceChildren();
      if (runs) {
        foot.append((turn.text ? 'Answering…' : 'Waiting for the first token…') + (turn.cost ? ' ' + grouped(turn.cost.tokens) + ' tokens, ' + written(turn.cost.micros) + ' credits so far' : ''));
        return;
      }
      const usage = turn.usage;
      if (usage) foot.append(make('span', '', grouped(usage.prompt_tokens) + ' in · ' + grouped(usage.completion_tokens) + ' out · ' + seconds(turn.first || 0) + ' to the first token' + pace(turn)));
      if (turn.micros !== undefined) foot.append(make('b', '', written(turn.micros) + ' credits'));
      if (turn.task && turn.micros) foot.append(button('Price', () => showPrice(turn, price)));
      if (turn.finish === 'content_filter') foot.append(make('span', 'badge warn', 'filtered'), ...rewording(index, at));
      if (turn.state === 'broken') foot.append(button('Try again', () => again(index, at)));
      if (turn.finish === 'length') foot.append(make('span', 'badge warn', 'cut at the maximum'));
      if (turn.state === 'refused') foot.append(...waysOut({ ...turn, status: turn.status === 402 ? 402 : 400 }).slice(0, 1));
      foot.append(button('Copy', (event) => copyText(turn.text, event.currentTarget, text)), button('Again', () => again(index, at)), button('Code', () => showCode(column, column.turns.slice(0, at))));
      if (turn.task) {
        const link = make('a', '', 'Request');
        link.href = '/dashboard/requests/' + encodeURIComponent(turn.task);
        foot.append(link);
      }
    };
    paint();
    if (turn.state !== 'running') turn.tools.forEach((each) => tools.append(card(column, index, each, at)));
    let waiting = 0;
    // at most ten times a second: what was finished stays as it is
    const later = () => { waiting ||= setTimeout(() => { waiting = 0; const stick = near(); paint(); if (stick) bottom(); }, 100); };
    return { element, later };
  };

  const filtered = (turn) => 'The provider’s safety filter stopped this answer' + (turn.native ? ' (' + turn.native + ').' : '.')
    + (turn.micros ? ' ' + written(turn.micros) + ' credits were charged for ' + counted(turn.usage?.prompt_tokens || 0, 'prompt token') + (turn.text ? ' and the text so far.' : '.') : '');

  const rewording = (index, at) => (running.size || talk.columns[index].turns[at - 1]?.role !== 'user' ? [] : [button('Edit and try again', () => edit(index, at - 1))]);

  const card = (column, index, each, at) => {
    const box = make('div', 'card stack');
    box.append(make('b', 'mono', each.function.name), make('pre', 'wrap', each.function.arguments));
    const answered = column.turns.some((turn) => turn.role === 'tool' && turn.call === each.id);
    if (!answered && at === column.turns.length - 1) {
      const field = make('textarea', 'mono');
      field.rows = 2;
      field.setAttribute('aria-label', 'Result of ' + each.function.name);
      box.append(field, button('Give the result', () => {
        column.turns.push({ role: 'tool', call: each.id, name: each.function.name, text: field.value });
        const open = column.turns.filter((turn) => turn.tools?.length).at(-1).tools.filter((tool) => !column.turns.some((turn) => turn.call === tool.id));
        draw();
        if (!open.length) call(column, index);
      }));
    }
    return box;
  };

  const near = () => innerHeight + scrollY > document.body.scrollHeight - 160;
  const bottom = () => scrollTo(0, document.body.scrollHeight);

  const draw = () => {
    const columns = root.querySelector('.columns');
    columns.replaceChildren();
    columns.classList.toggle('twice', talk.columns.length > 1);
    talk.columns.forEach((column, index) => {
      const box = make('div', 'column');
      if (talk.columns.length > 1) box.append(columnHead(column, index));
      const list = make('div', 'talk stack');
      list.setAttribute('aria-label', 'Conversation');
      column.turns.forEach((turn, at) => {
        const view = article(column, index, turn, at);
        list.append(view.element);
        if (turn.state === 'running') turn.view = view; // where it goes on, whatever was drawn anew meanwhile
      });
      if (!column.turns.length) list.append(examples());
      box.append(list);
      columns.append(box);
    });
    allow();
    byId('about').firstChild.textContent = 'This conversation ' + written(talk.spent) + ' · left ';
  };

  const EXAMPLES = ['Explain how a transformer reads a sentence, in three paragraphs.', 'Write a haiku about the sea, and say why it is one.',
    'Draft an e-mail that moves a meeting to Thursday.', 'Compare SQLite and PostgreSQL in a table.'];
  const examples = () => {
    const box = make('div', 'empty');
    box.append(make('p', '', 'Ask anything, or begin with an example.'));
    const row = make('div', 'row');
    for (const text of EXAMPLES) row.append(way(text, () => { byId('message').value = text; byId('message').focus(); estimate(); }));
    box.append(row);
    return box;
  };

  const columnHead = (column, index) => {
    const head = make('div', 'row');
    const select = byId('model').cloneNode(true);
    select.removeAttribute('id');
    select.setAttribute('aria-label', 'Model of column ' + (index + 1));
    select.value = column.model;
    select.addEventListener('change', () => { column.model = select.value; allow(); });
    head.append(select, button('Continue with this one', () => { talk.columns = [column]; byId('model').value = column.model; draw(); buttons(); }));
    return head;
  };

  const buttons = () => {
    const busy = running.size > 0;
    if (busy) stopLabel();
    else sendLabel();
    byId('send').classList.toggle('danger', busy);
    byId('compare').disabled = busy;
  };

  // what it has come to so far, of all columns that run
  const stopLabel = () => {
    const costs = talk.columns.map((column) => column.turns.at(-1)).filter((turn) => turn?.state === 'running' && turn.cost);
    const micros = costs.reduce((sum, turn) => sum + turn.cost.micros, 0);
    byId('send-label').textContent = micros ? 'Stop ' + (Math.ceil(micros / 10000) / 100).toFixed(2) + '…' : 'Stop';
  };

  // ---- what the next call will cost, asked for when the typing stops; pictures and the like are not sent for it, and then nothing is said

  const USUAL_TOKENS = 500; // of an answer, where this account has none of the model yet
  let asking = 0;
  const sendLabel = () => { if (!running.size) byId('send-label').textContent = 'Send'; };
  const guess = (about, most) => {
    byId('guess').hidden = !about;
    byId('guess-about').textContent = about ? 'about ' + about : '';
    byId('guess-most').textContent = about ? 'Never more than ' + most + '.' : '';
  };

  // cut down to hundredths, as the balance is
  const free = () => microsOf(document.querySelector('[data-figure="balance"]').textContent.replace(/[^\d.]/g, ''));
  const hundredths = (micros) => (Math.max(1, Math.ceil(micros / 10000)) / 100).toFixed(2);
  const usual = (content, told) => {
    const option = [...byId('model').options].find((each) => each.value === content.model);
    const tokens = Math.min(Number(option.dataset.usual) || USUAL_TOKENS, content.max_tokens || Infinity);
    return Math.min(microsOf(told.max_credits), microsOf(told.min_credits) + (tokens * Number(option.dataset.rate)) / 1e6);
  };

  const estimate = () => {
    clearTimeout(asking);
    guess('');
    const sent = [...files, ...talk.columns.flatMap((column) => column.turns.flatMap((turn) => turn.files || []))];
    const isCounted = sent.every((file) => file.kind === 'text');
    byId('files-about').hidden = isCounted;
    const text = byId('message').value.trim();
    const length = sent.reduce((sum, file) => sum + file.size, text.length);
    if (!text || !isCounted || running.size || length > 100000) return;
    asking = setTimeout(async () => {
      try {
        talk.system = byId('system').value;
        const asked = talk.columns.map((column) => body(column, [...column.turns.filter((turn) => turn.state !== 'running'), { role: 'user', text, files }]));
        const answers = await Promise.all(asked.map((content) => ask('/playground/estimate', content)));
        const told = await Promise.all(answers.map((answer) => answer.json())); // what nobody reads stays open
        if (byId('message').value.trim() !== text || running.size || answers.some((answer) => !answer.ok)) return;
        const most = Math.min(free(), told.reduce((sum, each) => sum + microsOf(each.data.max_credits), 0));
        const about = Math.min(most, told.reduce((sum, each, i) => sum + usual(asked[i], each.data), 0));
        guess(hundredths(about), written(most));
      } catch { /* it is a help, and nothing else depends on it */ }
    }, 400);
  };

  // ---- deeds

  const send = () => {
    if (running.size) { running.forEach((controller) => controller.abort()); return; }
    clearTimeout(asking);
    problem('');
    const text = byId('message').value.trim();
    const last = talk.columns[0].turns.at(-1);
    if (!text && !files.length && last?.role !== 'user' && last?.role !== 'tool') return;
    try { parameters(); } catch (wrong) { problem(wrong.message); byId('panel').hidden = false; return; }
    talk.system = byId('system').value;
    if (text || files.length) {
      if (!talk.title) talk.title = text.slice(0, 60) || files[0].name;
      for (const column of talk.columns) column.turns.push({ role: 'user', text, files });
      byId('message').value = '';
      guess('');
      files = [];
      drawFiles();
    }
    talk.columns.forEach((column, index) => call(column, index));
    bottom();
  };

  const edit = (index, at) => {
    const turn = talk.columns[index].turns[at];
    byId('message').value = turn.text;
    files = turn.files || [];
    for (const column of talk.columns) column.turns.length = Math.min(column.turns.length, at);
    drawFiles();
    draw();
    byId('message').focus();
  };

  const cut = (index, at) => { talk.columns[index].turns.splice(at, 1); draw(); keep(); };

  const again = (index, at) => {
    if (running.size) return;
    const column = talk.columns[index];
    column.turns.length = at;
    problem('');
    call(column, index);
  };

  // ---- files

  const size = (bytes) => (bytes < 1024 * 1024 ? Math.ceil(bytes / 1024) + ' kB' : (bytes / 1024 / 1024).toFixed(1) + ' MB');

  const chip = (file, remove) => {
    const element = make('span', 'chip');
    if (file.kind === 'image') {
      const picture = make('img');
      picture.src = file.data;
      picture.alt = '';
      element.append(picture);
    }
    element.append(file.name + ' · ' + size(file.size));
    if (remove) element.append(button('Remove', remove));
    return element;
  };

  const drawFiles = () => byId('files').replaceChildren(...files.map((file) => chip(file, () => { files = files.filter((each) => each !== file); drawFiles(); estimate(); })));

  const TEXT = /\.(txt|md|csv|py|js|java|json|ya?ml|html|css|go|rs|c|h|cpp|sh|sql)$/i;
  const UNKNOWN = /^(application\/octet-stream)?$/;
  // a file of a type that the browser does not know is sent as text if it is text
  const isUtf8 = async (file) => {
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
      return !text.includes('\0');
    } catch {
      return false;
    }
  };

  const attach = async (list) => {
    for (const file of [...list]) { // the page's list is emptied meanwhile
      const whole = files.reduce((sum, each) => sum + each.size, 0) + file.size;
      if (whole > FILES_MAX) { problem(size(whole - FILES_MAX) + ' too much. Give a URL instead.'); continue; }
      const isText = /^text\/|json|xml|javascript/.test(file.type) || TEXT.test(file.name) || (UNKNOWN.test(file.type) && await isUtf8(file));
      if (UNKNOWN.test(file.type) && !isText) { problem(file.name + ' has an unknown type. Attach an image, a sound, a video, a PDF or text.'); continue; }
      const data = isText ? await file.text() : await new Promise((done, failed) => {
        const reader = new FileReader();
        reader.onload = () => done(reader.result);
        reader.onerror = failed;
        reader.readAsDataURL(file);
      });
      files.push({ name: file.name, size: file.size, kind: isText ? 'text' : file.type.startsWith('image/') ? 'image' : 'file', data });
    }
    drawFiles();
    estimate();
  };

  // ---- kept in this browser

  const base = () => new Promise((done, failed) => {
    const request = indexedDB.open('tollgate-playground', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('talks', { keyPath: ['account', 'id'] });
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });

  const store = async (mode, work) => {
    const database = await base();
    try {
      return await new Promise((done, failed) => {
        const transaction = database.transaction('talks', mode);
        const request = work(transaction.objectStore('talks'));
        transaction.oncomplete = () => done(request?.result);
        transaction.onerror = () => failed(transaction.error);
      });
    } finally {
      database.close();
    }
  };

  const all = async () => (await store('readonly', (talks) => talks.getAll())).filter((each) => each.account === account).sort((a, b) => b.at - a.at);

  const keep = async () => {
    if (!talk.columns.some((column) => column.turns.length)) return;
    talk.at = Date.now();
    const id = talk.id;
    const text = JSON.stringify({ ...talk, account }, (name, value) => (name === 'view' ? undefined : value));
    try {
      await store('readwrite', (talks) => talks.put({ ...JSON.parse(text), bytes: text.length }));
      if (talk.id === id) mark();
      let bytes = 0;
      for (const [place, each] of (await all()).entries()) {
        bytes += each.bytes || 0;
        if (place >= KEPT_MAX || (place && bytes > KEPT_BYTES_MAX)) await store('readwrite', (talks) => talks.delete([account, each.id]));
      }
    } catch {
      problem('This conversation could not be kept in this browser.');
    }
    if (!byId('kept').hidden) listKept();
  };

  const listKept = async () => {
    const list = byId('kept-list');
    const wanted = byId('kept-find').value.trim().toLowerCase();
    const has = (text) => (text || '').toLowerCase().includes(wanted);
    const talks = (await all().catch(() => [])).filter((each) => !wanted || has(each.title) || each.columns.some((column) => column.turns.some((turn) => has(turn.text))));
    list.replaceChildren();
    if (!talks.length) list.append(make('li', 'muted', wanted ? 'No matches.' : 'None yet.'));
    for (const each of talks) {
      const item = make('li', 'row');
      item.append(button(each.title || 'Untitled', () => open(each)), button('Rename', async () => {
        const title = prompt('Name of this conversation', each.title);
        if (title) { await store('readwrite', (talks) => talks.put({ ...each, title })); listKept(); }
      }), button('Delete', async () => { await store('readwrite', (talks) => talks.delete([account, each.id])); listKept(); }));
      list.append(item);
    }
  };

  const open = (kept) => {
    if (running.size) return;
    talk = kept;
    byId('system').value = talk.system || '';
    byId('model').value = talk.columns[0].model;
    // who leaves a page stops what runs on it
    const left = talk.columns.flatMap((column) => column.turns).filter((turn) => turn.state === 'running');
    for (const turn of left) turn.state = 'stopped';
    mark();
    draw();
    if (left.length) Promise.all(left.map(settle)).then(() => { if (talk === kept) { draw(); keep(); } });
  };

  // this place in the browser's history shows this conversation: after Back, and when it is loaded again
  const mark = (id = talk.id) => history.replaceState({ talk: id }, '');

  const comeBack = async (id) => {
    root.hidden = true; // what is drawn stays where it is
    const drawn = new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); setTimeout(done, 200); });
    const [kept] = await Promise.all([store('readonly', (talks) => talks.get([account, id])).catch(() => null), drawn]);
    root.hidden = false;
    if (kept) {
      open(kept);
      bottom();
    }
    byId('message').focus({ preventScroll: true });
  };

  // ---- this call as code

  const languages = {
    curl: (address, content) => "curl " + address + "/v1/chat/completions \\\n  -H \"Authorization: Bearer $TOLLGATE_KEY\" \\\n  -H \"Content-Type: application/json\" \\\n  -d '" + JSON.stringify(content, null, 2).replace(/'/g, "'\\''") + "'",
    Python: (address, content) => 'import json, os, requests\n\nanswer = requests.post(\n    "' + address + '/v1/chat/completions",\n    headers={"Authorization": "Bearer " + os.environ["TOLLGATE_KEY"]},\n    json=json.loads(r"""' + JSON.stringify(content, null, 2) + '"""),\n)\nprint(answer.json())',
    JavaScript: (address, content) => 'const answer = await fetch("' + address + '/v1/chat/completions", {\n  method: "POST",\n  headers: { authorization: "Bearer " + process.env.TOLLGATE_KEY, "content-type": "application/json" },\n  body: JSON.stringify(' + JSON.stringify(content, null, 2) + '),\n});\nconsole.log(await answer.json());',
    Java: (address, content) => 'var request = HttpRequest.newBuilder(URI.create("' + address + '/v1/chat/completions"))\n    .header("authorization", "Bearer " + System.getenv("TOLLGATE_KEY"))\n    .header("content-type", "application/json")\n    .POST(HttpRequest.BodyPublishers.ofString("""\n' + JSON.stringify(content, null, 2).replace(/\\/g, '\\\\') + '"""))\n    .build();\nSystem.out.println(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());',
  };

  const showCode = (column, asked) => {
    let content;
    try {
      const draft = asked ? '' : byId('message').value.trim();
      const named = (file) => ({ ...file, data: file.kind === 'text' ? file.data : '@' + file.name });
      const turns = (asked || column.turns.filter((turn) => turn.state !== 'running')).map((turn) => ({ ...turn, files: turn.files?.map(named) }));
      talk.system = byId('system').value;
      const next = draft || (!asked && files.length) || !turns.length ? [{ role: 'user', text: draft || (files.length ? '' : 'Say hello.'), files: asked ? [] : files.map(named) }] : [];
      content = { ...body(column, [...turns, ...next]), stream: false };
    } catch (wrong) {
      problem(wrong.message);
      return;
    }
    const tabs = byId('code-tabs');
    tabs.replaceChildren();
    const show = (name) => {
      byId('code-text').textContent = languages[name](root.dataset.address, content);
      for (const tab of tabs.children) tab.setAttribute('aria-selected', String(tab.textContent === name));
    };
    for (const name of Object.keys(languages)) {
      const tab = button(name, () => show(name));
      tab.setAttribute('role', 'tab');
      tabs.append(tab);
    }
    show('curl');
    byId('code-dialog').showModal();
  };

  // ---- what is pressed

  byId('compose').addEventListener('submit', (event) => { event.preventDefault(); send(); });
  byId('message').addEventListener('keydown', (event) => {
    const sends = event.ctrlKey || event.metaKey || (byId('p-enter').checked && !event.shiftKey);
    if (event.key === 'Enter' && !event.isComposing && sends) { event.preventDefault(); if (!running.size) send(); }
    if (event.key === 'ArrowUp' && !event.currentTarget.value && !running.size) {
      const turns = talk.columns[0].turns;
      const at = turns.findLastIndex((turn) => turn.role === 'user');
      if (at >= 0) { event.preventDefault(); edit(0, at); }
    }
  });
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape' && running.size) running.forEach((controller) => controller.abort()); });
  const enter = byId('p-enter');
  const keys = () => { byId('message').placeholder = enter.checked ? 'Ask anything. Enter sends, Shift+Enter starts a new line.' : 'Ask anything. Ctrl+Enter sends, Enter starts a new line.'; };
  enter.checked = localStorage.getItem('tollgate-enter') !== 'new line';
  enter.addEventListener('change', () => { localStorage.setItem('tollgate-enter', enter.checked ? 'sends' : 'new line'); keys(); });
  keys();
  for (const id of ['message', 'system', 'model', 'p-max', 'p-effort']) byId(id).addEventListener('input', estimate);
  byId('model').addEventListener('change', () => { talk.columns[0].model = byId('model').value; if (running.size) allow(); else draw(); });
  byId('new').addEventListener('click', () => { if (running.size) return; talk = fresh(); mark(null); byId('system').value = ''; draw(); byId('message').focus(); });
  byId('code').addEventListener('click', () => showCode(talk.columns[0]));
  byId('compare').addEventListener('click', () => {
    if (talk.columns.length > 1) talk.columns.length = 1;
    else {
      const others = [...byId('model').options].map((option) => option.value).filter((value) => value !== talk.columns[0].model);
      talk.columns.push({ model: others[0] || talk.columns[0].model, turns: JSON.parse(JSON.stringify(talk.columns[0].turns)) });
    }
    draw();
  });
  const fold = (id, panel, then) => byId(id).addEventListener('click', () => {
    const hidden = !byId(panel).hidden;
    byId(panel).hidden = hidden;
    byId(id).setAttribute('aria-expanded', String(!hidden));
    if (!hidden && then) then();
  });
  for (const id of ['p-tools', 'p-schema', 'p-search']) byId(id).addEventListener('input', () => { allow(); estimate(); });
  for (const example of root.querySelectorAll('[data-example]')) {
    const field = byId(example.dataset.example);
    example.addEventListener('click', () => { if (!field.disabled) { field.value = JSON.stringify(JSON.parse(field.placeholder), null, 2); field.dispatchEvent(new Event('input')); } });
  }
  byId('kept-find').addEventListener('input', listKept);
  fold('options', 'panel');
  fold('history', 'kept', listKept);
  byId('forget').addEventListener('click', async () => { for (const each of await all()) await store('readwrite', (talks) => talks.delete([account, each.id])); listKept(); });
  byId('export').addEventListener('click', async () => {
    const link = make('a');
    link.href = URL.createObjectURL(new Blob([JSON.stringify(await all(), null, 2)], { type: 'application/json' }));
    link.download = 'conversations.json';
    link.click();
    URL.revokeObjectURL(link.href);
  });
  byId('attach-button').addEventListener('click', () => byId('attach').click());
  byId('attach').addEventListener('change', (event) => { attach(event.currentTarget.files); event.currentTarget.value = ''; });
  root.addEventListener('dragover', (event) => event.preventDefault());
  root.addEventListener('drop', (event) => { event.preventDefault(); attach(event.dataTransfer.files); });
  byId('message').addEventListener('paste', (event) => { if (event.clipboardData.files.length) { event.preventDefault(); attach(event.clipboardData.files); } });

  // a link fills in, and never sends
  const wanted = new URLSearchParams(location.hash.slice(1));
  const before = history.state?.talk;
  if (wanted.get('prompt') && !before) byId('message').value = wanted.get('prompt');
  if (wanted.get('system') && !before) byId('system').value = wanted.get('system');
  draw();
  if (before) comeBack(before);
  byId('send').disabled = false; // until here it would have sent the form as the browser does, and lost what was written
})();
