// The playground: conversations with models, kept in this browser alone. Each call goes to this server as any program's does, and the
// answer is shown as it arrives.

import { ended, endNote } from './answer.mjs';
import { run } from './call.mjs';
import { showLanguages } from './code.mjs';
import { estimateFor, noEstimate } from './estimate.mjs';
import { roughly, shortCost, showFirst, spent } from './figures.mjs';
import { attached, whenAttached } from './files.mjs';
import { allow, chosen, fill, filled, fillExamples, imageCost, lastModel, models, rememberEnter, rememberUsual, reset, sends } from './form.mjs';
import { keptList, keptTalks } from './kept.mjs';
import { markdown } from './markdown.mjs';
import { bottom, button, byId, drawer, followEnd, painted, problem, refused, say, showLeft } from './page.mjs';
import { addResult, codeTurns, copied, filePart, messages, newTalk, NO_RESULT, pendingAtEnd, removeCall, toLastWords } from './question.mjs';
import { server } from './server.mjs';
import { chip, turns, waysOut } from './turns.mjs';

const root = document.getElementById('playground');
const requests = server(root.dataset.csrf);
showFirst(root.dataset.money);
const rememberModel = lastModel(root.dataset.asked);
const kept = keptTalks(root.dataset.account);
const shutKept = drawer('history', 'kept');
const running = new Map();
const fresh = () => newTalk(byId('model').value);

let talk = fresh();
let files = [];

const isBusy = () => running.size > 0;
const over = (column) => column.turns.filter((turn) => turn.state !== 'running');
const allTurns = () => talk.columns.flatMap((column) => column.turns);
const abort = () => running.forEach((controller) => controller.abort());
const allowed = () => allow(talk.columns.map((column) => column.model));
const body = (column, said) => ({ model: column.model, messages: messages(talk.system, said), ...chosen(column.model), stream: true });

// ---- one call

const call = async (column, index) => {
  const turn = { role: 'assistant', text: '', thoughts: '', tools: [], state: 'running', began: Date.now(), model: column.model };
  const asked = column.turns.slice();
  column.turns.push(turn);
  draw();
  bottom();
  const controller = new AbortController();
  running.set(index, controller);
  buttons();
  say(word('Answering'));
  try {
    const content = () => {
      const made = body(column, asked);
      turn.schema = made.response_format?.json_schema.schema;
      return made;
    };
    await run(turn, content, controller.signal, requests, {
      admitted: keep, // a reader who leaves the page finds it again
      arrived: (event, micros) => {
        talk.spent += micros;
        if (event.name === 'cost') stopLabel();
      },
      paint: () => turn.view.later(),
      settle,
    });
  } finally {
    running.delete(index);
    turn.took ??= Date.now() - turn.began;
    if (turn.schema && turn.text && turn.state === 'done') checkFit(turn);
    if (turn.state === 'refused' && !turn.text) giveBack(column, turn);
    finish();
  }
};

// a stream cannot be checked before its end
const checkFit = async (turn) => {
  const of = talk;
  turn.fit = await requests.fit(turn.schema, turn.text);
  if (talk === of && !isBusy()) { draw(); keep(); }
};

const giveBack = (column, turn) => {
  if (talk.columns.length === 1) {
    refused(turn, ...waysOut(turn, send));
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

// after a stop the server says what was charged
const settle = async (turn) => {
  const told = turn.task ? await requests.settled(turn.task) : null;
  if (told) {
    talk.spent -= turn.micros || 0;
    turn.micros = told.micros;
    talk.spent += turn.micros;
    turn.price = told.price;
    showLeft(told);
  }
  turn.note = endNote(turn, told);
};

const refreshMoney = async () => {
  for (const column of talk.columns) {
    const last = column.turns.findLast((turn) => turn.task);
    const told = last && await requests.look(last.task);
    if (!told) continue;
    showLeft(told);
    rememberUsual(column.model, told.usual);
  }
};

const finish = () => {
  draw();
  buttons();
  if (!running.size) {
    say(ended(talk.columns.map((column) => column.turns.at(-1)?.state)));
    keep();
    refreshMoney();
    byId('message').focus();
  }
};

// ---- drawing

// what formulas and code need is loaded with the first one
const loading = new Map();
const load = (address) => () => {
  if (!loading.has(address)) loading.set(address, import(address).then(() => drawTexts(talk.columns)).catch(() => {}));
};

const { drawColumns, drawTexts } = turns(markdown(window, load(root.dataset.formulas), load(root.dataset.colours)), {
  look: requests.look,
  allow: () => allowed(),
  send: () => send(),
  isBusy,
  isCompared: () => talk.columns.length > 1,
  turn: (index, at) => talk.columns[index].turns[at],
  stop: (index) => running.get(index)?.abort(),
  edit: (index, at) => edit(index, at),
  cut: (index, at) => { talk.columns[index].turns.splice(at, 1); draw(); keep(); },
  again: (index, at) => {
    if (running.size) return;
    const column = talk.columns[index];
    column.turns.length = at;
    problem('');
    call(column, index);
  },
  give: (column, index, tool, text) => {
    addResult(column.turns, tool, text);
    goOn(column, index);
  },
  remove: (column, tool) => {
    removeCall(column.turns, tool);
    draw();
    keep();
  },
  showCode: (column, asked) => showCode(column, asked),
  costOf: (id) => imageCost(id) || shortCost(models().find((model) => model.id === id)?.usual),
  imagesOf: (id) => imageCost(id) !== '',
  begin: (text) => { byId('message').value = text; byId('message').focus(); estimate(); },
  alone: (column) => { talk.columns = [column]; byId('model').value = column.model; draw(); buttons(); },
});

const draw = () => {
  drawColumns(talk.columns, root.querySelector('.columns'));
  allowed();
  byId('about').textContent = spent(talk.spent);
};

// the model goes on once the calls at the end have their results
const goOn = (column, index) => {
  problem('');
  draw();
  keep();
  if (!running.has(index) && column.turns.at(-1).role === 'tool' && !pendingAtEnd(column.turns).length) call(column, index);
};

// whether calls without a result stand before the next message; then the page says what can be done about them
const isPending = () => {
  const calls = talk.columns.flatMap((column) => pendingAtEnd(column.turns).map((each) => ({ column, each })));
  if (!calls.length) return false;
  const settled = (deed) => () => {
    for (const { column, each } of calls) deed(column.turns, each);
    draw();
    send();
  };
  const names = facts([...new Set(calls.map(({ each }) => each.function.name))]);
  problem(word('Send a result for {names} first, or:', { names }), button(word('Answer with an error'), settled((turns, each) => addResult(turns, each, NO_RESULT)), ''),
    button(word('Remove the call'), settled(removeCall), ''));
  return true;
};

// the files go to the provider only when the person says so
const countFiles = async () => {
  byId('count').disabled = true;
  for (const file of uncounted()) {
    const told = await requests.count(talk.columns[0].model, [filePart(file)]);
    if (told.note) { refused(told); break; }
    Object.assign(file, told);
  }
  byId('count').disabled = false;
  drawFiles();
};

const uncounted = () => files.filter((file) => file.kind !== 'text' && !file.tokens);

const drawFiles = () => {
  byId('count-way').hidden = !uncounted().length;
  drawChips();
};

const drawChips = () => byId('files').replaceChildren(...files.map((file) => chip(file, () => { files = files.filter((each) => each !== file); drawFiles(); estimate(); })));

const buttons = () => {
  const busy = running.size > 0;
  if (busy) stopLabel();
  else byId('send-label').textContent = word('Send');
  byId('send').classList.toggle('danger', busy);
  byId('compare').disabled = busy;
};

// what all running columns have cost so far
const stopLabel = () => {
  const costs = talk.columns.map((column) => column.turns.at(-1)).filter((turn) => turn?.state === 'running' && turn.cost);
  const micros = costs.reduce((sum, turn) => sum + turn.cost.micros, 0);
  byId('send-label').textContent = micros ? word('Stop {amount}…', { amount: roughly(micros) }) : word('Stop');
};

const estimate = () => estimateFor([...files, ...allTurns().flatMap((turn) => [...(turn.files || []), ...(turn.images || [])])], (text) => {
  talk.system = byId('system').value;
  return talk.columns.map((column) => body(column, [...over(column), { role: 'user', text, files }]));
}, requests.ask, isBusy);

// ---- what is done

const send = () => {
  if (running.size) { abort(); return; }
  noEstimate();
  problem('');
  const text = byId('message').value.trim();
  const last = talk.columns[0].turns.at(-1);
  if (isPending()) return;
  if (!text && !files.length && last?.role !== 'user' && last?.role !== 'tool') return;
  try { chosen(); } catch (wrong) { problem(wrong.message); return; }
  talk.system = byId('system').value;
  if (text || files.length) {
    if (!talk.title) talk.title = text.slice(0, 60) || files[0].name;
    for (const column of talk.columns) column.turns.push({ role: 'user', text, files });
    byId('message').value = '';
    files = [];
    drawFiles();
  }
  rememberModel(talk.columns[0].model);
  talk.columns.forEach((column, index) => call(column, index));
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

const attach = async (list) => {
  for (const file of [...list]) { // the page's list is emptied while a file is read
    try {
      const read = await attached(file, files);
      files.push(read);
    } catch (wrong) {
      problem(wrong.message);
    }
  }
  drawFiles();
  estimate();
};

// ---- kept in this browser

const keep = async () => {
  if (!talk.columns.some((column) => column.turns.length)) return;
  talk.at = Date.now();
  talk.form = filled();
  const id = talk.id;
  try {
    await list.keep(talk);
    if (talk.id === id) mark();
  } catch {
    problem(word('This chat could not be kept in this browser.'));
  }
};

const open = (opened) => {
  if (running.size) return;
  talk = opened;
  fill(talk.form || { system: talk.system || '' });
  byId('model').value = talk.columns[0].model;
  // leaving a page stops what runs on it
  const left = allTurns().filter((turn) => turn.state === 'running');
  for (const turn of left) turn.state = 'stopped';
  mark();
  draw();
  list.draw();
  if (left.length) Promise.all(left.map(settle)).then(() => { if (talk === opened) { draw(); keep(); } });
};

const list = keptList(kept, {
  open: async (id) => {
    const found = !running.size && await kept.get(id).catch(() => null);
    if (!found) return;
    shutKept();
    problem('');
    open(found);
    bottom();
  },
  current: () => talk.id,
  renamed: (id, title) => { if (talk.id === id) talk.title = title; },
});

// this place in the browser's history shows this conversation: after Back, and when it is loaded again
const mark = (id = talk.id) => history.replaceState({ talk: id }, '');

const comeBack = async (id) => {
  root.hidden = true; // what is drawn stays where it is
  const [found] = await Promise.all([kept.get(id).catch(() => null), painted()]);
  root.hidden = false;
  if (found) {
    open(found);
    bottom();
  }
  byId('message').focus({ preventScroll: true });
};

// ---- this call as code

const showCode = (column, asked) => {
  try {
    talk.system = byId('system').value;
    const draft = byId('message').value.trim();
    const said = asked ? codeTurns(asked, '', []) : codeTurns(draft || files.length ? over(column) : toLastWords(column.turns), draft, files);
    showLanguages(root.dataset.address, { ...body(column, said), stream: false });
  } catch (wrong) {
    problem(wrong.message);
  }
};

// ---- what is pressed

byId('compose').addEventListener('submit', (event) => { event.preventDefault(); send(); });
byId('message').addEventListener('keydown', (event) => {
  if (sends(event)) { event.preventDefault(); if (!running.size) send(); }
  if (event.key === 'ArrowUp' && !event.currentTarget.value && !running.size) {
    const at = talk.columns[0].turns.findLastIndex((turn) => turn.role === 'user');
    if (at >= 0) { event.preventDefault(); edit(0, at); }
  }
});
document.addEventListener('keydown', (event) => { if (event.key === 'Escape' && running.size) abort(); });
rememberEnter();
byId('message').addEventListener('input', estimate);
byId('panel').addEventListener('input', () => { allowed(); estimate(); });
for (const id of ['model', 'p-search']) byId(id).addEventListener('input', () => { allowed(); estimate(); });
byId('reset').addEventListener('click', () => { reset(); allowed(); estimate(); });
byId('model').addEventListener('change', () => { talk.columns[0].model = byId('model').value; if (running.size) allowed(); else draw(); });
byId('new').addEventListener('click', () => { if (running.size) return; talk = fresh(); mark(null); byId('system').value = ''; problem(''); shutKept(); draw(); list.draw(); byId('message').focus(); });
byId('count').addEventListener('click', countFiles);
byId('code').addEventListener('click', () => showCode(talk.columns[0]));
byId('compare').addEventListener('click', () => {
  if (talk.columns.length > 1) talk.columns.length = 1;
  else {
    const others = models().map((model) => model.id).filter((id) => id !== talk.columns[0].model);
    talk.columns.push({ model: others[0] || talk.columns[0].model, turns: copied(talk.columns[0].turns) });
  }
  draw();
});
fillExamples(root);
drawer('options', 'panel');
whenAttached(root, attach);
followEnd(root, root.querySelector('.columns'));

// a link fills in, and never sends
const wanted = new URLSearchParams(location.hash.slice(1));
const before = history.state?.talk;
if (wanted.get('prompt') && !before) byId('message').value = wanted.get('prompt');
if (wanted.get('system') && !before) byId('system').value = wanted.get('system');
draw();
if (before) comeBack(before);
byId('send').disabled = false; // until here it would have sent the form as the browser does, and lost what was written
