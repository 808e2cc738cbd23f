// Amounts, counts and durations as the page writes them. Amounts are in millionths of a credit.

export const microsOf = (credits) => Math.round(Number(credits) * 1e6);

export const written = (micros) => {
  const exact = (micros / 1e6).toFixed(6);
  const cut = exact.replace(/0{1,4}$/, '');
  const decimals = cut.split('.')[1].length;
  return signed((micros / 1e6).toFixed(decimals <= 2 ? 2 : decimals <= 4 ? 4 : 6));
};

// what credits are worth: 200 for a dollar, to the nearest ten-thousandth
const inDollars = (tenThousandths) => word('${amount}', { amount: signed((tenThousandths / 10000).toFixed(4)) });
export const dollars = (micros) => (micros > 0 && micros < 10000 ? '<' + inDollars(1) : inDollars(Math.round(micros / 20000)));
const inCredits = (micros) => word('{amount} credits', { amount: written(micros) });

let first = 'credits';
export const showFirst = (money) => { first = money; };
export const worth = (micros) => (first === 'dollars' ? dollars(micros) + ' · ' + inCredits(micros) : inCredits(micros) + ' · ' + dollars(micros));
// the sum of a chat, in what the reader sees first
export const spent = (micros) => (micros === 0 ? '–' : first === 'dollars' ? dollars(micros) : inCredits(micros));
// an amount to come, rounded up
export const atMost = (micros) => (first === 'dollars' ? inDollars(Math.ceil(micros / 20000)) : inCredits(micros));
export const roughly = (micros) => (first === 'dollars' ? atMost(micros) : word('{amount} credits', { amount: hundredths(micros) }));
export const between = (low, high) => {
  const [from, to] = [roughly(low), roughly(high)];
  return from === to ? word('about {amount}', { amount: from }) : word('{low} to {high}', { low: first === 'dollars' ? from : hundredths(low), high: to });
};
export const balanceOf = (micros) => {
  const hundredth = first === 'dollars' ? 2_000_000 : 10_000;
  const amount = signed((Math.round(micros / hundredth) / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 }));
  return first === 'dollars' ? word('${amount}', { amount }) : amount;
};

export const hundredths = (micros) => signed((Math.max(1, Math.ceil(micros / 10000)) / 100).toFixed(2));

export const grouped = (count) => signed(count.toLocaleString('en-US'));
export const seconds = (millis) => word('{seconds} s', { seconds: signed((millis / 1000).toFixed(1)) });
export const size = (bytes) => (bytes < 1024 * 1024 ? word('{size} kB', { size: String(Math.ceil(bytes / 1024)) }) : word('{size} MB', { size: signed((bytes / 1024 / 1024).toFixed(1)) }));

// written tokens a second; nothing if the answer was too fast to measure
export const pace = (turn) => {
  const millis = (turn.took || 0) - (turn.first || 0);
  return millis < 200 ? '' : ' · ' + word('{n}/s', { n: String(Math.round((turn.usage.completion_tokens_details.text_tokens * 1000) / millis)) });
};

// The most searches that some requests pay for. models: by id, with the most searches of a call
export const searched = (contents, models) => contents.reduce((sum, content) => sum
  + ((content.tools || []).some((tool) => tool.function.name === 'googleSearch') ? Number(models[content.model].searches || 0) : 0), 0);

// the most that a call costs. most: as it is written; searches: how many of them it pays for at most
export const neverMore = (most, searches) => {
  if (searches === 0) return word('Never more than {most}.', { most });
  return searches === 1 ? word('Never more than {most}, with a search.', { most }) : word('Never more than {most}, with up to {searches} searches.', { most, searches });
};

// What calls of this length have cost: the least, what half of them come near or 0, the most; nothing if it is not known. Prompts are as long
// as each other if the same power of two is below their prices.
const usual = (content, least, model) => {
  if (searched([content], { [model.id]: model }) || content.n > 1) return null;
  return JSON.parse(model.usual)[Math.floor(Math.log2(Math.max(10000, least)))];
};

// What the next call is likely to cost, from low to high, and can cost at most, of all columns together.
// contents: the requests; estimates: the server's answers; models: by id, with their usual charges; free: what a call can spend.
export const guessed = (contents, estimates, models, free) => {
  const sum = { low: 0, high: 0, most: 0 };
  estimates.forEach((told, i) => {
    const [least, most] = [microsOf(told.min_credits), microsOf(told.max_credits)];
    const [low, about, high] = usual(contents[i], least, models[contents[i].model]) ?? [least, 0, most];
    sum.low += Math.min(most, about || low);
    sum.high += Math.min(most, about || high);
    sum.most += most;
  });
  return Object.fromEntries(Object.entries(sum).map(([name, micros]) => [name, Math.min(free, micros)]));
};

// What a short question has cost of late; nothing if that is not known
export const shortCost = (usual) => {
  const [low, about, high] = JSON.parse(usual || '{}')[13] ?? [];
  return high ? between(about || low, about || high) : '';
};
