// The turns of a conversation as they are drawn.

import { filtered } from './answer.mjs';
import { grouped, pace, roughly, seconds, size, worth } from './figures.mjs';
import { button, byId, copyText, iconButton, make, quoting } from './page.mjs';
import { fenced } from './markdown.mjs';
import { imageName, NO_RESULT, pending, toolCalls } from './question.mjs';

export const chip = (file, remove) => {
  const element = make('span', 'chip');
  if (file.kind === 'image') {
    const picture = make('img');
    picture.src = file.data;
    picture.alt = '';
    element.append(picture);
  }
  const tokens = word('{n} token | {n} tokens', { n: file.tokens ?? 0 });
  const about = [
    file.name, ...(file.pages ? [word('{n} page | {n} pages', { n: file.pages })] : []),
    file.tokens ? (file.about ? word('about {amount}', { amount: tokens }) : tokens) : size(file.size),
  ];
  element.append(about.join(' · '));
  if (remove) element.append(iconButton('x', word('Remove {file}', { file: file.name }), remove));
  return element;
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

const priceTable = (lines) => {
  const table = make('table', 'calc');
  for (const line of lines) {
    const row = table.insertRow();
    line.forEach((cell, i) => { row.insertCell().textContent = cell; row.cells[i].className = i ? 'num' : ''; });
    if (line.length === 1) row.cells[0].colSpan = 4;
    if (!line[0] || line.length === 1) row.className = 'muted';
  }
  return table;
};

const FITS = { fits: ['ok', word('fits your schema')], misfit: ['danger', word('does not fit your schema')], undecided: ['', word('schema not checked')] };

// the words that the model searched for
const searches = (queries) => {
  const box = make('div', 'queries small');
  const head = make('div', 'row');
  head.append(make('span', 'badge ok', word('search')), make('b', 'mono', word('{n} query | {n} queries', { n: queries.length })));
  box.append(head, make('p', 'muted', queries.join(' · ')));
  return box;
};

const EXAMPLES = [word('Explain how a transformer reads a sentence, in three paragraphs.'), word('Write a haiku about the sea, and say why it is one.'),
  word('Draft an e-mail that moves a meeting to Thursday.'), word('Compare SQLite and PostgreSQL in a table.')];
const PICTURES = [word('A red kite over the sea, in watercolour.'), word('A map of an imaginary island, with the names of its bays.'),
  word('A logo of a small bakery: flat, two colours.'), word('A mechanical watch, cut open, each part labelled.')];
// what an empty conversation offers; cost: of a short question or an image, if it is known
const examples = (begin, cost, isOfImages) => {
  const box = make('div', 'empty');
  box.append(make('p', '', isOfImages ? word('Describe an image, or start with an example.') : word('Ask anything, or start with an example.')));
  if (cost) box.append(make('p', 'small', isOfImages ? word('An image costs {cost} with this model.', { cost }) : word('A short question costs {cost} with this model.', { cost })));
  const row = make('div', 'row');
  for (const text of isOfImages ? PICTURES : EXAMPLES) row.append(button(text, () => begin(text), ''));
  box.append(row);
  return box;
};

// the model of one of two columns, and the way to go on with it alone
const columnHead = (column, index, page) => {
  const head = make('div', 'row');
  const select = byId('model').cloneNode(true);
  select.removeAttribute('id');
  select.setAttribute('aria-label', word('Model of column {number}', { number: String(index + 1) }));
  select.value = column.model;
  select.addEventListener('change', () => { column.model = select.value; page.allow(); });
  head.append(select, button(word('Continue with this one'), () => page.alone(column)));
  return head;
};

export const waysOut = (turn, send) => {
  const ways = [];
  if (turn.status === 402) {
    const link = make('a', 'button', word('Top up'));
    link.href = '/dashboard/billing/top-up';
    ways.push(link);
    if (turn.lower) ways.push(button(word('Lower the maximum to {n} token | Lower the maximum to {n} tokens', { n: turn.lower }), () => { byId('p-max').value = turn.lower; send(); }, ''));
  }
  if (turn.status === 402 || turn.status === 429 || turn.status >= 500 || !turn.status) ways.push(button(word('Try again'), send, ''));
  return ways;
};

const thoughtFor = (time, tokens) => (tokens ? word('Thought for {seconds}, {tokens} tokens', { seconds: time, tokens }) : word('Thought for {seconds}', { seconds: time }));

// what an answer says while it grows
const goesOn = (turn) => {
  const isBegun = turn.text || turn.images;
  if (!turn.cost) return isBegun ? word('Answering…') : word('Waiting for the first token…');
  const figures = { tokens: turn.cost.tokens, amount: worth(turn.cost.micros) };
  return isBegun ? word('Answering… {tokens} tokens, {amount} so far', figures) : word('Waiting for the first token… {tokens} tokens, {amount} so far', figures);
};

// Returns what draws the columns of a conversation, and what makes their texts again.
// show: the function of markdown.mjs; page: the conversation and what its buttons do.
export const turns = (show, page) => {
  // what an answer looks like: a long one takes a tenth of a second to make, and each turn draws the conversation again
  const drawn = new WeakMap();

  // of the pictures that are drawn
  const addresses = new Map();
  const addressOf = (blob) => {
    if (!addresses.has(blob)) addresses.set(blob, URL.createObjectURL(blob));
    return addresses.get(blob);
  };

  // what a model has made: a picture with the way to save it, or where it lies
  const figure = ({ blob, url }, at, asked) => {
    const box = make('figure', 'small');
    const number = String(at + 1);
    const link = make('a');
    if (blob) {
      const picture = make('img');
      picture.src = link.href = addressOf(blob);
      picture.alt = asked ? word('Image {number} for: {text}', { number, text: asked.slice(0, 100) }) : word('Image {number}', { number });
      link.download = imageName(blob, at);
      link.textContent = word('Save {file} ({size})', { file: link.download, size: size(blob.size) });
      box.append(picture, link);
    } else if (/^https?:/i.test(url)) {
      link.href = url;
      link.rel = 'noopener noreferrer nofollow';
      link.target = '_blank';
      link.textContent = word('File {number} ({host}, open in a new tab)', { number, host: new URL(url).host });
      box.append(link);
    } else box.append(word('File {number} has a type that this page does not show.', { number }));
    return box;
  };

  const drafts = new WeakMap();

  // the call asks again for the result that it has
  const redo = (column, result, at) => drafts.set(column.turns.slice(0, at).findLast((turn) => turn.tools?.length)?.tools.find((call) => call.id === result.call) ?? result, result.text);

  const typed = (column, index, turn, at) => {
    const element = make('article', 'turn ' + turn.role);
    element.append(make('h2', turn.role === 'user' ? 'vh' : 'small', turn.role === 'user' ? word('You') : word('Result of {function}', { function: turn.name })));
    for (const file of turn.files || []) element.append(chip(file));
    element.append(make('p', 'said', turn.text));
    const row = make('div', 'deeds');
    if (turn.role === 'user') row.append(iconButton('edit', word('Edit'), () => page.edit(index, at)), iconButton('trash', word('Delete'), () => page.cut(index, at)));
    else row.append(iconButton('edit', word('Edit'), () => { redo(column, turn, at); page.cut(index, at); }));
    if (!page.isBusy()) element.append(row);
    return { element };
  };

  // where the prices of answers stand now, and which are shown: the conversation may be drawn again while one is fetched
  const places = new WeakMap();
  const priced = new WeakSet();

  const drawPrice = (turn) => {
    if (!priced.has(turn)) places.get(turn).replaceChildren();
    else places.get(turn).replaceChildren(turn.price?.length ? priceTable(turn.price) : word('The price could not be read. See the page of the request.'));
  };

  // the lines that the charge is made of, as the server has stored them
  const showPrice = async (turn) => {
    if (!priced.delete(turn)) {
      turn.price ||= (await page.look(turn.task))?.price;
      priced.add(turn);
    }
    drawPrice(turn);
  };

  const tool = (column, index, each, isPending) => {
    const box = make('div', 'card stack');
    box.append(make('b', 'mono', each.function.name), make('pre', 'wrap', each.function.arguments));
    if (isPending) {
      const field = make('textarea', 'mono');
      field.rows = 2;
      field.value = drafts.get(each) || '';
      field.placeholder = word('Result of this call');
      field.setAttribute('aria-label', word('Result of {function}', { function: each.function.name }));
      field.addEventListener('input', () => drafts.set(each, field.value));
      const row = make('div', 'row');
      row.append(button(word('Send result'), () => page.give(column, index, each, field.value), ''), button(word('Answer with an error'), () => page.give(column, index, each, NO_RESULT)),
        button(word('Remove the call'), () => page.remove(column, each)));
      box.append(field, row);
    }
    return box;
  };

  const rewording = (index, at) => (page.isBusy() || page.turn(index, at - 1)?.role !== 'user' ? [] : [button(word('Edit and try again'), () => page.edit(index, at - 1))]);

  const known = (column, turn) => {
    const usage = turn.usage;
    const parts = [turn.model || column.model];
    if (turn.thoughts) parts.push(word('thought {seconds}', { seconds: seconds(turn.thought || turn.took || 0) }));
    if (usage) parts.push(word('first token {seconds}', { seconds: seconds(turn.first || 0) }) + pace(turn), word('{in} in · {out} out', { in: usage.prompt_tokens, out: usage.completion_tokens }));
    return parts.map((part) => make('span', '', part));
  };

  const marks = (index, turn, at) => {
    const parts = [];
    if (turn.fit) parts.push(make('span', 'badge ' + FITS[turn.fit][0], FITS[turn.fit][1]));
    if (turn.finish === 'content_filter') parts.push(make('span', 'badge warn', word('filtered')), ...rewording(index, at));
    if (turn.state === 'broken') parts.push(button(word('Try again'), () => page.again(index, at)));
    if (turn.finish === 'length') parts.push(make('span', 'badge warn', word('cut at the maximum')));
    if (turn.state === 'refused') parts.push(...waysOut({ ...turn, status: turn.status === 402 ? 402 : 400 }, page.send).slice(0, 1));
    return parts;
  };

  const deeds = (column, index, turn, at, text) => {
    const row = make('span', 'deeds');
    if (turn.task && turn.micros) row.append(iconButton('info', word('Price'), () => showPrice(turn)));
    row.append(iconButton('copy', word('Copy'), () => copyText(turn.text, text)), iconButton('rotate', word('Again'), () => page.again(index, at)));
    const more = make('div', 'card');
    if (!page.isBusy() && page.turn(index, at - 1)?.role === 'user') more.append(button(word('Edit the question'), () => page.edit(index, at - 1)));
    more.append(button(word('Show code'), () => page.showCode(column, column.turns.slice(0, at))));
    if (turn.task) {
      const link = make('a', 'button plain small', word('Open the request'));
      link.href = '/dashboard/requests/' + encodeURIComponent(turn.task);
      more.append(link);
    }
    const fold = make('details', 'me');
    const summary = make('summary', 'button plain square', '⋯');
    summary.setAttribute('aria-label', word('More'));
    fold.append(summary, more);
    row.append(fold);
    return row;
  };

  const foot = (column, index, turn, at, text) => {
    const cost = make('span', 'costs');
    if (turn.micros !== undefined) cost.append(make('b', '', worth(turn.micros)));
    cost.append(deeds(column, index, turn, at, text));
    return [...known(column, turn), ...marks(index, turn, at), cost];
  };

  const others = (turn) => (turn.others || []).flatMap((text, at) => {
    const box = make('div', 'answer');
    show(box, text, { end: 0, tail: null }, false);
    return [make('h3', 'small muted', word('Choice {number}', { number: String(at + 2) })), box];
  });

  const answer = (column, index, turn, at) => {
    const element = make('article', 'turn ' + turn.role);
    const thoughts = make('details', 'small muted');
    const summary = make('summary');
    const thinking = make('div', 'said');
    thoughts.append(summary, thinking);
    const { text, shown, pictures } = drawn.get(turn) || { text: make('div', 'answer'), shown: { end: 0, tail: null }, pictures: make('div', 'row') };
    const asked = column.turns.slice(0, at).findLast((each) => each.role === 'user')?.text;
    const searched = make('div');
    const more = make('div', 'stack');
    const cited = make('div');
    const tools = make('div', 'stack');
    const note = make('p', 'small');
    const last = make('div', 'meta small muted');
    const stop = make('div', 'row');
    const price = make('div', 'small');
    element.append(make('h2', 'vh', turn.model || column.model), thoughts, searched, text, pictures, more, cited, tools, note, last, stop, price);
    if (turn.state === 'running' && page.isCompared()) stop.append(button(word('Stop'), () => page.stop(index)));
    const paintTexts = () => {
      const runs = turn.state === 'running';
      show(text, turn.schema ? fenced(turn.text, runs) : turn.text, shown, runs);
      more.replaceChildren(...(runs ? [] : others(turn)));
    };
    const paint = () => {
      const runs = turn.state === 'running';
      stop.hidden = !runs;
      thoughts.hidden = !turn.thoughts;
      const thought = turn.usage?.completion_tokens_details?.reasoning_tokens;
      summary.textContent = turn.thought || !runs ? thoughtFor(seconds(turn.thought || turn.took || 0), thought) : word('Thinking…');
      thinking.textContent = turn.thoughts;
      searched.replaceChildren(...(turn.queries ? [searches(turn.queries)] : []));
      paintTexts();
      for (const image of (turn.images || []).slice(pictures.childElementCount)) pictures.append(figure(image, pictures.childElementCount, asked));
      cited.replaceChildren(...(!runs && turn.sources ? [sources(turn.sources)] : []));
      const says = turn.note || (!runs && turn.finish === 'content_filter' ? filtered(turn) : '');
      note.hidden = !says;
      note.replaceChildren(...quoting(says, turn.quote));
      note.classList.toggle('error', turn.state === 'refused' || turn.state === 'broken');
      last.replaceChildren(...(runs
        ? [goesOn(turn)]
        : foot(column, index, turn, at, text)));
    };
    paint();
    drawn.set(turn, { text, shown, pictures, paintTexts });
    places.set(turn, price);
    drawPrice(turn);
    if (turn.state !== 'running') {
      const open = pending(column.turns, at);
      tools.append(...toolCalls(turn).map((each) => tool(column, index, each, open.includes(each))));
    }
    let waiting = 0;
    // at most ten times a second; finished blocks stay as they are
    const later = () => { waiting ||= setTimeout(() => { waiting = 0; paint(); }, 100); };
    return { element, later };
  };

  const drawTurn = (column, index, turn, at) => {
    const view = turn.role === 'user' || turn.role === 'tool' ? typed(column, index, turn, at) : answer(column, index, turn, at);
    if (turn.state === 'running') turn.view = view; // where it grows, also after the conversation was drawn again
    return view.element;
  };

  const drawColumn = (column, index) => {
    const box = make('div', 'column');
    if (page.isCompared()) box.append(columnHead(column, index, page));
    const list = make('div', 'talk stack');
    list.setAttribute('aria-label', word('Conversation'));
    list.append(...column.turns.map((turn, at) => drawTurn(column, index, turn, at)));
    if (!column.turns.length) list.append(examples(page.begin, page.costOf(column.model), page.imagesOf(column.model)));
    box.append(list);
    return box;
  };

  // what two answers to the same question differ in
  const verdict = (columns) => {
    const [one, other] = columns.map((column) => column.turns.at(-1));
    if (!other || [one, other].some((turn) => turn?.state !== 'done' || !turn.micros || !turn.took)) return [];
    const better = (says, figure, shown) => {
      const [first, second] = figure(one) <= figure(other) ? [0, 1] : [1, 0];
      const [least, most] = [columns[first].turns.at(-1), columns[second].turns.at(-1)].map((turn) => shown(figure(turn)));
      return least === most ? [] : [make('p', 'small muted', says({ model: columns[first].model, least, most }))];
    };
    return [
      ...better((its) => word('Cheaper: {model}, {least} against {most}.', its), (turn) => turn.micros, roughly),
      ...better((its) => word('Faster: {model}, {least} against {most}.', its), (turn) => turn.took, seconds),
    ];
  };

  // makes the texts of answers again, which would look otherwise now; what is open or typed beside them stays
  const drawTexts = (columns) => {
    for (const { text, shown, paintTexts } of columns.flatMap((column) => column.turns.map((turn) => drawn.get(turn))).filter(Boolean)) {
      text.replaceChildren();
      Object.assign(shown, { end: 0, tail: null, said: undefined, whole: undefined });
      paintTexts();
    }
  };

  const drawColumns = (columns, place) => {
    place.classList.toggle('twice', page.isCompared());
    byId('playground').classList.toggle('compared', page.isCompared());
    place.replaceChildren(...columns.map(drawColumn), ...(page.isCompared() ? verdict(columns) : []));
    const blobs = new Set(columns.flatMap((column) => column.turns.flatMap((turn) => (turn.images || []).map(({ blob }) => blob))));
    for (const [blob, address] of addresses) {
      if (blobs.has(blob)) continue;
      URL.revokeObjectURL(address);
      addresses.delete(blob);
    }
  };

  return { drawColumns, drawTexts };
};
