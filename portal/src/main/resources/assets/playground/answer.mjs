// An answer as its events arrive: what they say is added to the turn that waits for it.

import { counted, microsOf, written } from './figures.mjs';

// Comments may stand before an event, without a blank line of their own.
const EVENT = /^(?::.*\n)*(?:event: (\w+)\n)?data: (.*)$/;

// The events of a body, in one array for each read of the network: the page is painted once for each.
export async function* batches(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const batch = [];
    let end;
    while ((end = rest.indexOf('\n\n')) >= 0) {
      const [, name, data] = EVENT.exec(rest.slice(0, end)) ?? [];
      rest = rest.slice(end + 2);
      if (data) batch.push({ name, data });
    }
    yield batch;
  }
}

// Adds an event to its turn; returns the millionths of a credit that it says were charged.
export const take = ({ name, data }, turn, millis) => {
  if (name === 'cost') { turn.cost = JSON.parse(data); return 0; }
  if (name === 'search') { turn.queries = JSON.parse(data); return 0; }
  if (data === '[DONE]') { if (turn.state === 'running') turn.state = 'done'; return 0; }
  const chunk = JSON.parse(data);
  if (chunk.error) {
    turn.state = 'broken';
    turn.note = chunk.error.message;
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

const takeChoice = (choice, turn, millis) => {
  const delta = choice.delta || {};
  turn.events = (turn.events || 0) + 1;
  if (!turn.first && (delta.content || delta.reasoning_content || delta.tool_calls)) turn.first = millis;
  for (const each of delta.annotations || []) if (each.url_citation) (turn.sources ||= []).push(each.url_citation);
  if (delta.reasoning_content) turn.thoughts += delta.reasoning_content;
  if (delta.content) {
    if (turn.thoughts && !turn.thought) turn.thought = millis;
    turn.text += delta.content;
  }
  for (const piece of delta.tool_calls || []) {
    const known = turn.tools[piece.index] ||= { id: piece.id, type: 'function', function: { name: '', arguments: '' } };
    if (piece.function?.name) known.function.name = piece.function.name;
    if (piece.function?.arguments) known.function.arguments += piece.function.arguments;
    if (piece.extra_content) known.extra_content = piece.extra_content;
  }
  if (choice.finish_reason) { turn.finish = choice.finish_reason; turn.native = choice.native_finish_reason; }
};

const broken = (turn) => (turn.note ? turn.note.replace(/ Please try again\.$/, '') : 'The connection to the provider broke after ' + counted(turn.events || 0, 'event') + '.');

// What a stopped or broken answer says. settled: the call as the server has it, once it has ended; null before.
export const endNote = (turn, settled) => {
  const isStopped = turn.state === 'stopped';
  if (settled) {
    return (isStopped ? 'Stopped.' : broken(turn))
      + (turn.micros ? ' ' + settled.charged + ' credits were charged for the text so far.' : ' You pay nothing.');
  }
  if (!isStopped) return turn.note;
  return turn.task ? 'Stopped before anything was charged, or the charge is still being settled: see Requests.' : 'Stopped.';
};

export const filtered = (turn) => 'The provider’s safety filter stopped this response' + (turn.native ? ' (' + turn.native + ').' : '.')
  + (turn.micros ? ' ' + written(turn.micros) + ' credits were charged for ' + counted(turn.usage?.prompt_tokens || 0, 'prompt token') + (turn.text ? ' and the text so far.' : '.') : '');

// what a screen reader says when all columns have ended; if one of two has answered, that it has
export const ended = (states) => {
  if (states.includes('done')) return 'Response complete';
  if (states.includes('stopped')) return 'Stopped';
  return states.includes('broken') ? 'Response interrupted' : 'No response';
};
