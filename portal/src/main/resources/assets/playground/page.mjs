// Elements of the page.

import { balanceOf } from './figures.mjs';

export const byId = (id) => document.getElementById(id);

export const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};

export const button = (label, deed, className = 'plain small') => {
  const element = make('button', className, label);
  element.type = 'button';
  element.addEventListener('click', deed);
  return element;
};

export const icon = (name) => {
  const picture = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  picture.setAttribute('class', 'i');
  picture.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', byId('playground').dataset.icons + '#' + name);
  picture.append(use);
  return picture;
};

// a button of a picture, whose name is read out and shown under the pointer
export const iconButton = (name, label, deed) => {
  const element = button('', deed, 'plain square');
  element.setAttribute('aria-label', label);
  element.title = label;
  element.replaceChildren(icon(name));
  return element;
};

let toastTimer = 0;
export const toast = (text) => {
  const element = byId('toast');
  element.textContent = text;
  element.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { element.hidden = true; }, 1500);
};

// on plain HTTP there is no clipboard: an old way is tried, then a selection that the person copies
export const copyText = async (text, shown) => {
  let isCopied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make('textarea', 'vh');
    area.value = text;
    document.body.append(area);
    area.select();
    isCopied = document.execCommand('copy');
    area.remove();
    if (!isCopied && shown) getSelection().selectAllChildren(shown);
  }
  toast(isCopied ? word('Copied') : word('Press Ctrl+C'));
};

// ---- the end of the page, which stays in sight from a sent message on until the reader scrolls up

const NEAR_PIXELS = 40;
let follows = false;
let seen = { top: 0, height: 0 };

const height = () => document.documentElement.scrollHeight;
const toEnd = () => {
  if (follows) scrollTo(0, height());
  seen = { top: scrollY, height: height() };
};

// place: what grows; a press in talks ends the following, since the reader looks at what was pressed
export const followEnd = (place, talks) => {
  new ResizeObserver(toEnd).observe(place);
  addEventListener('resize', toEnd);
  addEventListener('scroll', () => {
    const left = height() - innerHeight - scrollY;
    // a page that has become shorter moves up by itself
    if (scrollY < seen.top && height() >= seen.height) follows = left <= 1;
    else if (scrollY > seen.top && left < NEAR_PIXELS) follows = true;
    seen = { top: scrollY, height: height() };
  });
  talks.addEventListener('click', (event) => { if (event.target.closest('button, summary')) follows = false; }, true);
};

export const bottom = () => {
  follows = true;
  toEnd();
};

// what a call has left: told to who sees it is the balance, to all what their budgets leave of it
export const showLeft = (told) => {
  byId('playground').dataset.left = told.left;
  byId('left').textContent = balanceOf(told.left);
  byId('left-label').textContent = told.label;
  if (told.balance === undefined) return;
  for (const element of document.querySelectorAll('[data-figure="balance"]')) element.textContent = balanceOf(told.balance);
};

// A panel that stands at the side of a wide window, and that a button opens over a narrow one. Returns what closes it.
export const drawer = (opener, panel) => {
  const set = (open) => {
    byId(panel).classList.toggle('open', open);
    byId(opener).setAttribute('aria-expanded', String(open));
  };
  const shut = () => {
    if (!byId(panel).classList.contains('open')) return;
    set(false);
    byId(opener).focus();
  };
  byId(opener).addEventListener('click', () => {
    set(true);
    byId(panel).querySelector('[data-shut]').focus();
  });
  byId(panel).querySelector('[data-shut]').addEventListener('click', shut);
  byId(panel).addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && byId(panel).classList.contains('open')) { event.stopPropagation(); shut(); }
  });
  return () => set(false);
};

// a text with what it quotes of the API marked as English
export const quoting = (text, quote) => {
  const at = quote ? text.indexOf(quote) : -1;
  if (at < 0) return [text];
  const words = make('span', '', quote);
  words.lang = 'en';
  return [text.slice(0, at), words, text.slice(at + quote.length)];
};

// read out by screen readers
export const say = (text) => { byId('heard').textContent = text; };

export const problem = (text, ...deeds) => {
  byId('problem').textContent = text;
  byId('ways').replaceChildren(...deeds);
};

// a refusal, with what it quotes of the API marked as English
export const refused = ({ note, quote }, ...deeds) => {
  problem(note, ...deeds);
  byId('problem').replaceChildren(...quoting(note, quote));
};

// once what is drawn now has been shown
export const painted = () => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); setTimeout(done, 200); });
