// An answer as its events arrive: what they say is added to the turn that waits for it.

import { microsOf, written } from './figures.mjs';

// Comments may stand before an event, without a blank line of their own.
const EVENT = /^(?::.*\n)*(?:event: (\w+)\n)?data: (.*)$/;

// The events of a body, in one array for each read of the network: the page is painted once for each.
export async function* batches(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let pieces = [];
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    pieces.push(value);
    if (!value.includes('\n')) continue; // in the middle of a picture, which may have many reads
    let rest = pieces.join('');
    const batch = [];
    let end;
    while ((end = rest.indexOf('\n\n')) >= 0) {
      const [, name, data] = EVENT.exec(rest.slice(0, end)) ?? [];
      rest = rest.slice(end + 2);
      if (data) batch.push({ name, data });
    }
    pieces = [rest];
    yield batch;
  }
}

// The API's words, which are English, without what the page has a button for.
const quoted = (message) => message.replace(/ Please try again\.$/, '');

const meaning = (code) => {
  switch (code) {
    case 'invalid_request': return word('The request was not valid.');
    case 'context_length_exceeded': return word('The request was too long for the model.');
    case 'insufficient_credits': return word('The credits did not suffice.');
    case 'model_not_found': return word('The model does not exist, or the key may not use it.');
    case 'rate_limit_exceeded': return word('A rate limit was reached.');
    case 'spend_limit_exceeded': return word('A spend limit was used up.');
    case 'internal_error': return word('The server had an error.');
    case 'upstream_error': return word('The provider had an error.');
    default: return word('The call failed.');
  }
};

// An error of the API as a note, and the part of it that is English. A page in another language says before it what its code means.
export const failure = ({ code, message }) => {
  const quote = quoted(message);
  return { note: isEnglish ? message : word('{a} {b}', { a: meaning(code), b: quote }), quote };
};

// Adds an event to its turn; returns the millionths of a credit that it says were charged.
export const take = ({ name, data }, turn, millis) => {
  if (name === 'cost') { turn.cost = JSON.parse(data); return 0; }
  if (name === 'search') { turn.queries = JSON.parse(data); return 0; }
  if (data === '[DONE]') { if (turn.state === 'running') turn.state = 'done'; return 0; }
  const chunk = JSON.parse(data);
  if (chunk.error) {
    turn.state = 'broken';
    Object.assign(turn, failure(chunk.error));
    return 0;
  }
  for (const choice of chunk.choices || []) {
    if (choice.index) takeOther(choice, turn);
    else takeChoice(choice, turn, millis);
  }
  if (chunk.usage) {
    turn.usage = chunk.usage;
    turn.took = millis;
  }
  if (chunk.credits_consumed === undefined) return 0;
  turn.micros = microsOf(chunk.credits_consumed);
  return turn.micros;
};

// further choices of the same call are shown, and the conversation goes on with the first
const takeOther = ({ index, delta }, turn) => {
  turn.others ||= [];
  turn.others[index - 1] = (turn.others[index - 1] || '') + (delta?.content || '');
};

// The pictures that the page shows. SVG is none of them: it can have scripts and addresses.
const PICTURE = /^data:(image\/(?:png|jpeg|webp|gif|avif));base64,/;

// What a model has made: a picture as a blob, which is all that the page keeps of it, anything else with its address.
const made = ({ image_url: { url }, extra_content }) => {
  const [head, type] = PICTURE.exec(url) ?? [];
  if (!type) return { url, extra_content };
  const text = atob(url.slice(head.length));
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return { blob: new Blob([bytes], { type }), extra_content };
};

const takeChoice = (choice, turn, millis) => {
  const delta = choice.delta || {};
  turn.events = (turn.events || 0) + 1;
  if (!turn.first && (delta.content || delta.reasoning_content || delta.tool_calls || delta.images)) turn.first = millis;
  for (const each of delta.annotations || []) if (each.url_citation) (turn.sources ||= []).push(each.url_citation);
  if (delta.reasoning_content) turn.thoughts += delta.reasoning_content;
  if (delta.content) {
    if (turn.thoughts && !turn.thought) turn.thought = millis;
    turn.text += delta.content;
  }
  for (const each of delta.images || []) (turn.images ||= [])[each.index] = made(each);
  if (delta.extra_content && turn.images) turn.extra = delta.extra_content;
  for (const piece of delta.tool_calls || []) {
    const known = turn.tools[piece.index] ||= { id: piece.id, type: 'function', function: { name: '', arguments: '' } };
    if (piece.function?.name) known.function.name = piece.function.name;
    if (piece.function?.arguments) known.function.arguments += piece.function.arguments;
    if (piece.extra_content) known.extra_content = piece.extra_content;
  }
  if (choice.finish_reason) { turn.finish = choice.finish_reason; turn.native = choice.native_finish_reason; }
};

const broken = (turn) => (turn.note ? quoted(turn.note) : word('The connection to the provider broke after {n} event. | The connection to the provider broke after {n} events.', { n: turn.events || 0 }));

const charged = (turn, credits) => {
  if (!turn.micros) return word('You pay nothing.');
  return turn.images ? word('{credits} credits were charged for the text and images so far.', { credits }) : word('{credits} credits were charged for the text so far.', { credits });
};

// What a stopped or broken answer says. settled: the call as the server has it, once it has ended; null before.
export const endNote = (turn, settled) => {
  const isStopped = turn.state === 'stopped';
  if (settled) {
    return word('{a} {b}', { a: isStopped ? word('Stopped.') : broken(turn), b: charged(turn, settled.charged) });
  }
  if (!isStopped) return turn.note;
  return turn.task ? word('Stopped before anything was charged, or the charge is still being settled: see Requests.') : word('Stopped.');
};

export const filtered = (turn) => {
  const says = turn.native ? word('The provider’s safety filter stopped this response ({reason}).', { reason: turn.native }) : word('The provider’s safety filter stopped this response.');
  if (!turn.micros) return says;
  const figures = { credits: written(turn.micros), n: turn.usage?.prompt_tokens || 0 };
  return word('{a} {b}', { a: says, b: turn.text
    ? word('{credits} credits were charged for {n} prompt token and the text so far. | {credits} credits were charged for {n} prompt tokens and the text so far.', figures)
    : word('{credits} credits were charged for {n} prompt token. | {credits} credits were charged for {n} prompt tokens.', figures) });
};

// what a screen reader says when all columns have ended; if one of two has answered, that it has
export const ended = (states) => {
  if (states.includes('done')) return word('Response complete');
  if (states.includes('stopped')) return word('Stopped');
  return states.includes('broken') ? word('Response interrupted') : word('No response');
};
