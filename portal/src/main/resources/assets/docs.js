// The documentation: samples in tabs, code in colours, answers while one types. Without a script the samples stand one below the other.
(() => {
  'use strict';

  const KEPT = 'tollgate-language';
  const remembered = () => { try { return localStorage.getItem(KEPT); } catch { return null; } };
  const remember = (name) => { try { localStorage.setItem(KEPT, name); } catch { /* it lasts for this page */ } };

  // ---- samples

  const groups = [...document.querySelectorAll('.samples')].map((group, number) => {
    const list = document.createElement('div');
    list.className = 'tabs';
    list.setAttribute('role', 'tablist');
    list.setAttribute('aria-label', word('samples::Language'));
    const forms = [...group.querySelectorAll(':scope > p:has(+ .snippet)')].map((caption) => {
      const [panel, tab] = [caption.nextElementSibling, document.createElement('button')];
      const name = caption.textContent;
      panel.id = 'form-' + number + '-' + name;
      panel.setAttribute('role', 'tabpanel');
      panel.setAttribute('aria-label', name);
      tab.type = 'button';
      tab.textContent = name;
      tab.setAttribute('role', 'tab');
      tab.setAttribute('aria-controls', panel.id);
      tab.addEventListener('click', () => choose(name, tab));
      caption.remove();
      list.append(tab);
      return { name, tab, panel };
    });
    list.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const at = forms.findIndex((form) => form.tab === event.target);
      const next = forms[(at + step + forms.length) % forms.length];
      choose(next.name, next.tab);
      next.tab.focus();
    });
    group.prepend(list);
    return forms;
  });

  const show = (wanted) => {
    for (const forms of groups) {
      const shown = forms.find((form) => form.name === wanted) || forms[0];
      for (const { tab, panel } of forms) {
        const is = panel === shown.panel;
        tab.setAttribute('aria-selected', is);
        tab.tabIndex = is ? 0 : -1;
        panel.hidden = !is;
      }
    }
  };

  // what was pressed stays where it is, although others above it change their height
  const choose = (name, tab) => {
    const before = tab.getBoundingClientRect().top;
    remember(name);
    show(name);
    scrollBy({ top: tab.getBoundingClientRect().top - before, behavior: 'instant' });
  };

  show(remembered());

  // ---- colours, for what comes into sight

  const NAMES = { sh: 'bash', js: 'javascript' };
  const colours = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting) continue;
      colours.unobserve(target);
      const language = NAMES[target.dataset.language] || target.dataset.language;
      if (hljs.getLanguage(language)) target.innerHTML = hljs.highlight(target.textContent, { language }).value;
    }
  }, { rootMargin: '400px' });
  for (const code of document.querySelectorAll('pre[data-language]')) colours.observe(code);

  // ---- the current entry of a long list

  const entry = document.querySelector('nav.contents [aria-current=page]');
  const box = entry?.closest('nav');
  if (box) {
    const below = entry.getBoundingClientRect().bottom - box.getBoundingClientRect().bottom;
    if (below > 0) box.scrollTop += below + 40;
  }

  // ---- search

  const form = document.querySelector('form.look');
  const field = form?.querySelector('input');
  const found = form?.querySelector('.found');
  let waiting = 0;
  let asked = null;
  const close = () => { found.hidden = true; };
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    if (!field.value.trim()) return close();
    try {
      const answer = await fetch('/docs/search?list=1&' + new URLSearchParams(new FormData(form)), { signal: asked.signal });
      if (!answer.ok) return;
      const list = new DOMParser().parseFromString(await answer.text(), 'text/html');
      found.replaceChildren(...list.body.childNodes);
      found.hidden = false;
    } catch { /* Enter still opens the page of answers */ }
  };
  field?.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 150);
  });
  form?.addEventListener('keydown', (event) => {
    const links = [...found.querySelectorAll('a')];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') {
      close();
      field.focus();
    } else if (step && links.length && !found.hidden) {
      event.preventDefault();
      const next = links.indexOf(document.activeElement) + step;
      (links[next] || (next < 0 ? field : links[0])).focus();
    }
  });
  form?.addEventListener('focusout', (event) => { if (!form.contains(event.relatedTarget)) close(); });
})();
