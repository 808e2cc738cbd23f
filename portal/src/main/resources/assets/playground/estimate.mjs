// What the next call will cost, asked for when the typing stops. Images and the like are not sent for it; nothing is said with them.

import { atMost, between, guessed, neverMore, searched } from './figures.mjs';
import { models } from './form.mjs';
import { byId } from './page.mjs';

let asking = 0;

const guess = (about, most) => {
  byId('guess').hidden = !about;
  byId('guess-about').textContent = about;
  byId('guess-most').textContent = about ? most : '';
};

const free = () => Number(byId('playground').dataset.left);

export const noEstimate = () => {
  clearTimeout(asking);
  asking = 0;
  guess('');
};

// sent: the files of the next call; requests: makes its requests with a text, one for each column; isBusy: whether a call runs
export const estimateFor = (sent, requests, ask, isBusy) => {
  noEstimate();
  const isCounted = sent.every((file) => file.kind === 'text');
  byId('files-about').hidden = isCounted;
  const text = byId('message').value.trim();
  const length = sent.reduce((sum, file) => sum + file.size, text.length);
  if (!text || !isCounted || isBusy() || length > 100000) return;
  const mine = setTimeout(async () => {
    try {
      const asked = requests(text);
      const answers = await Promise.all(asked.map((content) => ask('/playground/estimate', content)));
      const told = await Promise.all(answers.map((answer) => answer.json())); // an answer that is not read stays open
      if (asking !== mine || byId('message').value.trim() !== text || isBusy() || answers.some((answer) => !answer.ok)) return;
      const known = Object.fromEntries(models().map((model) => [model.id, model]));
      const { low, high, most } = guessed(asked, told.map((each) => each.data), known, free());
      guess(between(low, high), neverMore(atMost(most), searched(asked, known)));
    } catch { /* it is a help, and nothing else depends on it */ }
  }, 400);
  asking = mine;
};
