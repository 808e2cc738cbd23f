// Conversations, kept in this browser alone, those of each account apart.

import { worth } from './figures.mjs';
import { jsonWithBlobs } from './files.mjs';
import { button, byId, iconButton, make } from './page.mjs';
import { copied } from './question.mjs';

const KEPT_MAX = 100;
const KEPT_BYTES_MAX = 200 * 1024 * 1024;

const opened = () => new Promise((done, failed) => {
  const request = indexedDB.open('tollgate-playground', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('talks', { keyPath: ['account', 'id'] });
  request.onsuccess = () => done(request.result);
  request.onerror = () => failed(request.error);
});

const store = async (mode, work) => {
  const database = await opened();
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

// which are too many or too large, of a list that begins with the latest
export const surplus = (talks) => {
  let bytes = 0;
  return talks.filter((each, place) => {
    bytes += each.bytes || 0;
    return place >= KEPT_MAX || (place && bytes > KEPT_BYTES_MAX);
  });
};

export const isMatch = (head, wanted) => !wanted || (head.title || '').toLowerCase().includes(wanted) || head.said.includes(wanted);

// what the list needs to know of a conversation: its files stay in the database
export const headOf = (talk) => ({
  account: talk.account, id: talk.id, title: talk.title, at: talk.at, bytes: talk.bytes || 0,
  about: [talk.columns.map((column) => column.model).reduce((a, b) => word('{a} and {b}', { a, b })), ...(talk.spent ? [worth(talk.spent)] : [])].join(' · '),
  said: talk.columns.flatMap((column) => column.turns.map((turn) => turn.text || '')).join('\n').toLowerCase(),
});

const MONTHS = [word('long::January'), word('long::February'), word('long::March'), word('long::April'), word('long::May'), word('long::June'), word('long::July'),
  word('long::August'), word('long::September'), word('long::October'), word('long::November'), word('long::December')];

// in words of the reader's own days
export const dayOf = (at, now) => {
  const day = (time) => new Date(time).toDateString();
  if (day(at) === day(now)) return word('Today');
  const before = new Date(now);
  before.setDate(before.getDate() - 1);
  if (day(at) === day(before)) return word('Yesterday');
  const date = new Date(at);
  const parts = { day: String(date.getDate()), month: MONTHS[date.getMonth()] };
  return date.getFullYear() === new Date(now).getFullYear() ? word('date::{day} {month}', parts) : word('date::{day} {month} {year}', { ...parts, year: String(date.getFullYear()) });
};

const byTime = (a, b) => b.at - a.at;

export const keptTalks = (account) => {
  const all = async () => (await store('readonly', (talks) => talks.getAll())).filter((each) => each.account === account).sort(byTime);
  // one conversation in memory at a time
  const heads = async () => {
    const list = [];
    await store('readonly', (talks) => {
      const request = talks.openCursor();
      request.onsuccess = () => {
        const cursor = request.result;
        if (!cursor) return;
        if (cursor.value.account === account) list.push(headOf(cursor.value));
        cursor.continue();
      };
      return request;
    });
    return list.sort(byTime);
  };
  const get = (id) => store('readonly', (talks) => talks.get([account, id]));
  const forget = (talk) => store('readwrite', (talks) => talks.delete([account, talk.id]));
  const rename = async (talk, title) => {
    const whole = await get(talk.id);
    if (whole) await store('readwrite', (talks) => talks.put({ ...whole, title }));
  };
  const keep = async (talk) => {
    const whole = { ...talk, account, columns: talk.columns.map((column) => ({ ...column, turns: copied(column.turns) })) };
    const images = whole.columns.flatMap((column) => column.turns.flatMap((turn) => turn.images || []));
    whole.bytes = images.reduce((sum, { blob }) => sum + (blob?.size || 0), JSON.stringify(whole).length);
    await store('readwrite', (talks) => talks.put(whole));
    return headOf(whole);
  };
  return { all, heads, get, forget, rename, keep };
};

// Lists the conversations by day and lets the person open, rename, delete and export them.
// open: opens the conversation of an id; current: the id of the open one; renamed: hears of a new name. Returns what keeps a conversation and
// what draws the list again.
export const keptList = (kept, { open, current, renamed }) => {
  let heads = [];

  const entry = (each) => {
    const item = make('li', 'entry-of');
    const name = each.title || word('Untitled');
    const title = button(name, () => open(each.id), 'plain');
    title.title = each.about;
    if (each.id === current()) title.setAttribute('aria-current', 'true');
    item.append(title, iconButton('edit', word('Rename {name}', { name }), async () => {
      const wanted = prompt(word('Name of this chat'), each.title);
      if (!wanted) return;
      each.title = wanted;
      await kept.rename(each, wanted);
      renamed(each.id, wanted);
      draw();
    }), iconButton('trash', word('Delete {name}', { name }), async () => {
      heads = heads.filter((other) => other !== each);
      await kept.forget(each);
      draw();
    }));
    return item;
  };

  const draw = () => {
    const wanted = byId('kept-find').value.trim().toLowerCase();
    const found = heads.filter((each) => isMatch(each, wanted));
    const days = Map.groupBy(found, (each) => dayOf(each.at, Date.now()));
    const place = byId('kept-list');
    place.replaceChildren();
    if (!found.length) place.append(make('p', 'small muted', wanted ? word('No matches.') : word('None yet.')));
    for (const [day, talks] of days) {
      const list = make('ul', 'bare');
      list.append(...talks.map(entry));
      place.append(make('h2', 'small muted', day), list);
    }
  };

  const keep = async (talk) => {
    const head = await kept.keep(talk);
    heads = [head, ...heads.filter((each) => each.id !== head.id)];
    for (const each of surplus(heads)) {
      await kept.forget(each);
      heads = heads.filter((other) => other !== each);
    }
    draw();
  };

  const read = async () => {
    heads = await kept.heads().catch(() => []);
    draw();
  };

  byId('kept-find').addEventListener('input', draw);
  byId('forget').addEventListener('click', async () => {
    if (!heads.length || !confirm(word('Delete all chats of this browser?'))) return;
    for (const each of await kept.heads()) await kept.forget(each);
    read();
  });
  byId('export').addEventListener('click', async () => {
    const link = make('a');
    link.href = URL.createObjectURL(new Blob([await jsonWithBlobs(await kept.all(), 2)], { type: 'application/json' }));
    link.download = 'conversations.json';
    link.click();
    URL.revokeObjectURL(link.href);
  });
  read();
  return { keep, draw };
};
