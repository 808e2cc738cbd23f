// Prints what axe finds in HTML files, a line for each place: axe.mjs AXE FOLDER. All are one document after another in one window that lays
// nothing out; the rules about looks are for the browser.
import { readFileSync, readdirSync } from 'node:fs';
import { JSDOM, VirtualConsole } from 'jsdom';

const [, , axe, folder] = process.argv;
const LOOKS = ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable', 'target-size'];
const HIDDEN = '[hidden], head, title, meta, link, script, style, template, dialog:not([open])';
const INLINE = /^(a|abbr|b|button|code|em|i|input|kbd|label|select|small|span|strong|svg|time)$/;

const { window } = new JSDOM('', { url: 'http://localhost/', runScripts: 'outside-only', virtualConsole: new VirtualConsole() });
const { document } = window;
window.eval(readFileSync(axe, 'utf8'));

// jsdom would compare each element with all selectors of a browser's own style, and axe asks for each element a dozen times.
const style = (display) => {
  const all = { display, visibility: 'visible', opacity: '1', position: 'static', overflow: 'visible', overflowX: 'visible', overflowY: 'visible',
    clip: 'auto', clipPath: 'none', contentVisibility: 'visible', float: 'none', fontSize: '16px', fontWeight: '400', pointerEvents: 'auto', zIndex: 'auto' };
  return { ...all, getPropertyValue: (name) => all[name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase())] ?? '' };
};
const [none, inline, block] = ['none', 'inline', 'block'].map(style);
window.getComputedStyle = (each) => (each.matches(HIDDEN) ? none : INLINE.test(each.localName) ? inline : block);

// Of siblings that are made alike the first two and the last, as in browser/Axe.
const ANY = /^(href|value|name|title|datetime|aria-label|d|x|y|x1|x2|y1|y2|width|height|points|transform|data-.*)$/;
const NAMES = '[id], [for], [aria-labelledby], [aria-describedby], :checked';
const make = (each, makes) => {
  const attributes = [...each.attributes].map(({ name, value }) => name + '=' + (ANY.test(name) && value ? '*' : value));
  const children = [...each.childNodes].map((child) => (child.nodeType === 1 ? make(child, makes) : child.nodeType === 3 && child.data.trim() ? 'words' : ''));
  makes.set(each, [each.localName, ...attributes, ...children].join());
  return makes.get(each);
};
const thin = (parent, makes) => {
  const seen = new Map();
  for (const child of [...parent.children]) {
    const same = (seen.get(makes.get(child)) ?? 0) + 1;
    seen.set(makes.get(child), same);
    if (same > 2 && child.nextElementSibling && !child.matches(NAMES) && !child.querySelector(NAMES)) child.remove();
    else thin(child, makes);
  }
};

const rules = Object.fromEntries(LOOKS.map((rule) => [rule, { enabled: false }]));
for (const file of readdirSync(folder).sort()) {
  document.open();
  document.write(readFileSync(`${folder}/${file}`, 'utf8'));
  document.close();
  const makes = new Map();
  make(document.body, makes);
  thin(document.body, makes);
  for (const rule of (await window.axe.run(document, { resultTypes: ['violations'], rules })).violations) {
    for (const node of rule.nodes) console.log(`${file}: ${rule.id} at ${node.target.join(' ')}: ${node.failureSummary.replace(/\s+/g, ' ')}`);
  }
}
process.exit();
