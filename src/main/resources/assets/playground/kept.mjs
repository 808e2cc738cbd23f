// Conversations, kept in this browser alone, those of each account apart.

import { button, byId, make } from './page.mjs';

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

export const isMatch = (talk, wanted) => {
  const has = (text) => (text || '').toLowerCase().includes(wanted);
  return !wanted || has(talk.title) || talk.columns.some((column) => column.turns.some((turn) => has(turn.text)));
};

export const keptTalks = (account) => {
  const all = async () => (await store('readonly', (talks) => talks.getAll())).filter((each) => each.account === account).sort((a, b) => b.at - a.at);
  const get = (id) => store('readonly', (talks) => talks.get([account, id]));
  const forget = (talk) => store('readwrite', (talks) => talks.delete([account, talk.id]));
  const rename = (talk, title) => store('readwrite', (talks) => talks.put({ ...talk, title }));
  const keep = async (talk) => {
    const text = JSON.stringify({ ...talk, account }, (name, value) => (name === 'view' ? undefined : value));
    await store('readwrite', (talks) => talks.put({ ...JSON.parse(text), bytes: text.length }));
  };
  const forgetSurplus = async () => { for (const each of surplus(await all())) await forget(each); };
  return { all, get, forget, rename, keep, forgetSurplus };
};

// Lists the conversations under History and lets the person open, rename, delete and export them. Returns what lists them again.
export const keptList = (kept, open) => {
  const listKept = async () => {
    const list = byId('kept-list');
    const wanted = byId('kept-find').value.trim().toLowerCase();
    const talks = (await kept.all().catch(() => [])).filter((each) => isMatch(each, wanted));
    list.replaceChildren();
    if (!talks.length) list.append(make('li', 'muted', wanted ? 'No matches.' : 'None yet.'));
    for (const each of talks) {
      const item = make('li', 'row');
      item.append(button(each.title || 'Untitled', () => open(each)), button('Rename', async () => {
        const title = prompt('Name of this conversation', each.title);
        if (title) { await kept.rename(each, title); listKept(); }
      }), button('Delete', async () => { await kept.forget(each); listKept(); }));
      list.append(item);
    }
  };

  byId('kept-find').addEventListener('input', listKept);
  byId('forget').addEventListener('click', async () => { for (const each of await kept.all()) await kept.forget(each); listKept(); });
  byId('export').addEventListener('click', async () => {
    const link = make('a');
    link.href = URL.createObjectURL(new Blob([JSON.stringify(await kept.all(), null, 2)], { type: 'application/json' }));
    link.download = 'conversations.json';
    link.click();
    URL.revokeObjectURL(link.href);
  });
  return listKept;
};
