// Elements of the page.

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

// on plain HTTP there is no clipboard: an old way is tried, then a selection that the person copies
export const copyText = async (text, pressed, shown) => {
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
  const label = pressed.textContent;
  pressed.textContent = said;
  setTimeout(() => { pressed.textContent = label; }, 1500);
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

export const balance = (text) => {
  for (const element of document.querySelectorAll('[data-figure="balance"]')) element.textContent = text;
};

// a button that opens and closes a panel; then: what happens when it has opened
export const fold = (id, panel, then) => byId(id).addEventListener('click', () => {
  const hidden = !byId(panel).hidden;
  byId(panel).hidden = hidden;
  byId(id).setAttribute('aria-expanded', String(!hidden));
  if (!hidden && then) then();
});

// read out by screen readers
export const say = (text) => { byId('heard').textContent = text; };

export const problem = (text, ...deeds) => {
  byId('problem').textContent = text;
  byId('ways').replaceChildren(...deeds);
};

// once what is drawn now has been shown
export const painted = () => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); setTimeout(done, 200); });
