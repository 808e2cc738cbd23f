// Amounts, counts and durations as the page writes them. Amounts are in millionths of a credit.

export const microsOf = (credits) => Math.round(Number(credits) * 1e6);

export const written = (micros) => {
  const exact = (micros / 1e6).toFixed(6);
  const cut = exact.replace(/0{1,4}$/, '');
  const decimals = cut.split('.')[1].length;
  return (micros / 1e6).toFixed(decimals <= 2 ? 2 : decimals <= 4 ? 4 : 6);
};

// what credits are worth: 200 for a dollar, to the nearest ten-thousandth
export const dollars = (micros) => (micros > 0 && micros < 10000 ? '<$0.0001' : '$' + (Math.round(micros / 20000) / 10000).toFixed(4));
const inCredits = (micros) => written(micros) + ' credits';

let first = 'credits';
export const showFirst = (money) => { first = money; };
export const worth = (micros) => (first === 'dollars' ? dollars(micros) + ' · ' + inCredits(micros) : inCredits(micros) + ' · ' + dollars(micros));
// the sum of a chat, in what the reader sees first
export const spent = (micros) => (micros === 0 ? '–' : first === 'dollars' ? dollars(micros) : inCredits(micros));
// an amount to come, rounded up
export const atMost = (micros) => (first === 'dollars' ? '$' + (Math.ceil(micros / 20000) / 10000).toFixed(4) : inCredits(micros));
export const roughly = (micros) => (first === 'dollars' ? atMost(micros) : hundredths(micros) + ' credits');
export const between = (low, high) => {
  const [from, to] = [roughly(low), roughly(high)];
  return from === to ? 'about ' + from : from.replace(' credits', '') + ' to ' + to;
};
export const balanceOf = (micros) => {
  const hundredth = first === 'dollars' ? 2_000_000 : 10_000;
  return (first === 'dollars' ? '$' : '') + (Math.round(micros / hundredth) / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
};

export const hundredths = (micros) => (Math.max(1, Math.ceil(micros / 10000)) / 100).toFixed(2);

export const grouped = (count) => count.toLocaleString('en-US');
export const counted = (count, noun) => grouped(count) + ' ' + noun + (count === 1 ? '' : 's');
export const seconds = (millis) => (millis / 1000).toFixed(1) + ' s';
export const size = (bytes) => (bytes < 1024 * 1024 ? Math.ceil(bytes / 1024) + ' kB' : (bytes / 1024 / 1024).toFixed(1) + ' MB');

// written tokens a second; nothing if the answer was too fast to measure
export const pace = (turn) => {
  const millis = (turn.took || 0) - (turn.first || 0);
  return millis < 200 ? '' : ' · ' + Math.round((turn.usage.completion_tokens_details.text_tokens * 1000) / millis) + '/s';
};

// The most searches that some requests pay for, in words; nothing if there are none. models: by id, with the most searches of a call
export const searched = (contents, models) => {
  const most = contents.reduce((sum, content) => sum
    + ((content.tools || []).some((tool) => tool.function.name === 'googleSearch') ? Number(models[content.model].searches || 0) : 0), 0);
  return most === 0 ? '' : most === 1 ? ', with a search' : ', with up to ' + grouped(most) + ' searches';
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
