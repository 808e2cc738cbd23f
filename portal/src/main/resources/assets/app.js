// What the pages do better with a script than without: nothing here is needed to read or to change anything.
(() => {
  'use strict';

  const MENUS = 'details.menu[open], details.me[open]';
  const toast = document.getElementById('toast');
  let toastTimer = 0;

  const say = (text) => {
    if (!toast) return;
    toast.textContent = text;
    toast.hidden = false;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => { toast.hidden = true; }, 2500);
  };

  // ---- copying: on plain HTTP there is no clipboard, so an old way, and at last a selection that the person copies

  const select = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };

  const copy = async (button) => {
    const source = document.getElementById(button.dataset.copy);
    if (!source) return;
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      say(word('Copied'));
    } catch {
      select(source);
      say(document.execCommand('copy') ? word('Copied') : word('Press Ctrl+C'));
    }
  };

  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-copy]');
    if (button) copy(button);
    const opener = event.target.closest('[data-dialog]');
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog);
      if (dialog) { event.preventDefault(); dialog.showModal(); }
    }
    if (event.target.closest('[data-print]')) print();
    const closer = event.target.closest('[data-close]');
    if (closer) closer.closest('dialog')?.close();
    // a menu closes when something else is pressed
    for (const menu of document.querySelectorAll(MENUS)) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // a key that an input method converts with is no key of ours, on any page; Safari says so of the last one by 229 alone
  document.addEventListener('keydown', (event) => { if (event.isComposing || event.keyCode === 229) event.stopPropagation(); }, true);

  // a text that ends where its column does: its title has the whole
  document.addEventListener('mouseover', ({ target }) => {
    if (target.matches('.cut') && !target.title && target.scrollWidth > target.clientWidth) target.title = target.textContent;
  });

  document.addEventListener('keydown', (event) => {
    const menu = event.key === 'Escape' && document.querySelector(MENUS);
    if (!menu) return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });

  for (const button of document.querySelectorAll('[data-copy], [data-print]')) button.hidden = false;

  // ---- a line that is offered for a field of several

  for (const button of document.querySelectorAll('[data-add]')) {
    const area = document.getElementById(button.dataset.add);
    button.hidden = false;
    button.addEventListener('click', () => {
      const lines = area.value.split(/[\s,]+/).filter(Boolean);
      if (!lines.includes(button.dataset.line)) area.value = [...lines, button.dataset.line].join('\n');
      area.focus();
    });
  }

  // ---- a field that hides entries without the words in it, and headings that are left without entries

  for (const filter of document.querySelectorAll('[data-filter]')) {
    const field = filter.querySelector('input');
    const entries = [...document.querySelectorAll('.entry')];
    const show = () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      const kept = new Map();
      let heading = null;
      for (const each of document.querySelectorAll('main h2, .entry')) {
        if (each.localName === 'h2') {
          heading = each;
          continue;
        }
        each.hidden = !words.every((word) => each.textContent.toLowerCase().includes(word));
        kept.set(heading, kept.get(heading) || !each.hidden);
      }
      for (const [each, isKept] of kept) if (each) each.hidden = !isKept;
      for (const fold of document.querySelectorAll('main details.fold')) fold.open = words.length > 0;
      filter.querySelector('[role=status]').textContent = words.length ? word('{n} of {all}', { n: entries.filter((each) => !each.hidden).length, all: entries.length }) : '';
    };
    filter.hidden = false;
    field.addEventListener('input', show);
  }

  // ---- the zone of this browser is proposed where none was chosen yet

  for (const zone of document.querySelectorAll('input[data-zone]')) zone.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone || '';

  // ---- filters are sent when they are chosen; the button stays for who has no script

  document.addEventListener('change', (event) => {
    const form = event.target.closest('form[data-auto]');
    if (form && event.target.matches('select, input[type=checkbox], input[type=date]')) form.requestSubmit();
  });

  // filters that are not set stay out of the address
  document.addEventListener('formdata', (event) => {
    if (!event.target.matches('form.filters')) return;
    for (const [name, value] of [...event.formData]) if (value === '') event.formData.delete(name);
  });

  // a search that has found nothing yet looks on by itself while the page is seen, for 200 steps at most
  const lookOn = async (box, steps = 200) => {
    const link = box?.querySelector('[data-further]');
    if (!link || !steps || document.hidden) return;
    try {
      const answer = await fetch(link.href);
      const next = answer.ok && new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(box.id);
      if (!next || !box.isConnected) return;
      history.replaceState(null, '', link.href);
      box.replaceWith(next);
      lookOn(next, steps - 1);
    } catch {
      // the link remains
    }
  };
  lookOn(document.getElementById('found'));

  // What is shown fades while what was asked for is fetched; a page that Back brings again is whole.
  const main = document.querySelector('main');
  document.addEventListener('submit', (event) => main?.classList.toggle('stale', event.target.matches('form[data-auto]')));
  addEventListener('pageshow', () => main?.classList.remove('stale'));

  // ---- single keys, where the person wants them

  const typing = (element) => element.matches('input, textarea, select, [contenteditable]');
  let row = -1;

  const rows = () => [...document.querySelectorAll('main table tbody tr')].filter((each) => each.querySelector('a') && each.checkVisibility());

  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    row = Math.max(0, Math.min(all.length - 1, row + step));
    all[row].querySelector('a').focus();
  };

  if (document.body.dataset.shortcuts === 'on') {
    document.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      switch (event.key) {
        case '/': {
          const find = document.getElementById('find');
          if (find) { event.preventDefault(); find.focus(); find.select(); }
          break;
        }
        case 'j': move(1); break;
        case 'k': move(-1); break;
        case '?': document.getElementById('shortcuts')?.showModal(); break;
      }
    });
  }

  // ---- signing out of a browser that keeps conversations: whoever comes next could read them

  const KEPT = 'tollgate-playground';
  const kept = () => new Promise((done, failed) => {
    const request = indexedDB.open(KEPT, 1);
    request.onupgradeneeded = () => request.transaction.abort(); // there are none, and none come to be by looking
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  const ofAccount = () => IDBKeyRange.bound([document.body.dataset.account], [document.body.dataset.account, []]);
  const inTalks = (database, mode, work) => new Promise((done, failed) => {
    const transaction = database.transaction('talks', mode);
    const request = work(transaction.objectStore('talks'));
    transaction.oncomplete = () => done(request.result);
    transaction.onerror = () => failed(transaction.error);
  });

  const leaving = document.getElementById('leaving');
  if (leaving && 'indexedDB' in window) {
    document.addEventListener('submit', async (event) => {
      const form = event.target;
      if (form.getAttribute('action') !== '/sign-out' || form.dataset.asked) return;
      event.preventDefault();
      form.dataset.asked = 'yes';
      let database = null;
      try {
        database = await kept();
        const count = await inTalks(database, 'readonly', (talks) => talks.count(ofAccount()));
        if (count > 0) {
          document.getElementById('leaving-count').textContent = word('{n} conversation is | {n} conversations are', { n: count });
          leaving.returnValue = '';
          const chosen = await new Promise((done) => {
            leaving.addEventListener('close', () => done(leaving.returnValue), { once: true });
            leaving.showModal();
          });
          if (chosen === '') { delete form.dataset.asked; return; }
          if (chosen === 'delete') await inTalks(database, 'readwrite', (talks) => talks.delete(ofAccount()));
        }
      } catch { /* nothing is kept, or it cannot be read */ } finally {
        database?.close();
      }
      form.requestSubmit();
    });
  }

  // ---- live figures: one stream a tab, closed while nobody looks

  const live = document.querySelector('[data-live]');
  if (live && 'EventSource' in window) {
    let source = null;
    let cut = 0;
    let again = 0;
    const mark = document.getElementById('not-live');
    const heard = () => {
      if (mark) mark.hidden = true;
      clearTimeout(cut);
      cut = 0;
    };
    // said only when it has been cut for ten seconds; a browser tries again by itself unless it was refused
    const lost = () => {
      if (!cut) cut = setTimeout(() => { if (mark) mark.hidden = false; }, 10000);
      if (source?.readyState === EventSource.CLOSED) {
        source = null;
        clearTimeout(again);
        again = setTimeout(open, 30000);
      }
    };
    // a page whose matter has ended is shown anew by itself, unless somebody is at something on it, which would move: then a link says it
    let touched = 0;
    for (const kind of ['pointermove', 'pointerdown', 'keydown', 'wheel']) addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
    const calm = () => Date.now() - touched > 2000 && scrollY === 0 && getSelection().isCollapsed
      && (!document.activeElement || document.activeElement === document.body || document.activeElement.id === 'main')
      && !document.querySelector('details[open]');
    let ran = false;
    const texts = (name, value) => {
      if (name === 'call-took') ran = true;
      if (name === 'call-ended' && ran && document.querySelector('[data-reload]') && calm()) location.reload();
      const isTitle = name.startsWith('title:');
      for (const element of document.querySelectorAll('[data-figure="' + CSS.escape(isTitle ? name.slice(6) : name) + '"]')) {
        if (isTitle) element.title = value;
        else element.textContent = value;
        if (element.dataset.empty === 'hidden') element.hidden = !value;
      }
      // what is there as long as a text is, or as long as none is
      for (const element of document.querySelectorAll('[data-while="' + CSS.escape(name) + '"]')) element.hidden = !value;
    };
    // rows are made of the page's own template; their cells are texts, and their links paths of this server
    const rows = (name, list) => {
      const body = document.querySelector('[data-list="' + CSS.escape(name) + '"]');
      const sample = body?.querySelector('template');
      if (!sample) return;
      const made = list.map((cells) => {
        const row = sample.content.cloneNode(true);
        for (const [cell, value] of Object.entries(cells)) {
          for (const element of row.querySelectorAll('[data-cell="' + CSS.escape(cell) + '"]')) element.textContent = value;
        }
        const link = row.querySelector('a');
        if (link && cells.href?.startsWith('/dashboard/')) link.setAttribute('href', cells.href);
        return row;
      });
      const focused = body.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
      body.replaceChildren(sample, ...made);
      if (focused) body.querySelector('a[href="' + CSS.escape(focused) + '"]')?.focus();
      for (const element of document.querySelectorAll('[data-empty-list="' + CSS.escape(name) + '"]')) element.hidden = list.length > 0;
      const box = body.closest('.scroll');
      if (box) box.hidden = list.length === 0;
    };
    const open = () => {
      if (source || document.hidden) return;
      // the session may show another account by now, whose figures do not belong here
      source = new EventSource(live.dataset.live + (live.dataset.live.includes('?') ? '&' : '?') + 'shown=' + document.body.dataset.account);
      source.onopen = heard;
      source.onmessage = (event) => {
        heard();
        for (const [name, value] of Object.entries(JSON.parse(event.data))) {
          if (Array.isArray(value)) rows(name.replace(/^list:/, ''), value);
          else texts(name, value);
        }
      };
      source.onerror = lost;
    };
    const close = () => { source?.close(); source = null; clearTimeout(again); };
    document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
    addEventListener('pagehide', close);
    open();
  }
})();
