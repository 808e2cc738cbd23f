// Requests to this server.

import { failure } from './answer.mjs';
import { jsonWithBlobs } from './files.mjs';

export const server = (csrf) => {
  const headers = { 'x-csrf-token': csrf };

  const ask = async (path, content, signal) => fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: await jsonWithBlobs(content),
    signal,
  });

  // a call as it is stored, its price and the balance; null if the server cannot be read
  const look = async (task) => {
    const response = await fetch('/playground/calls/' + encodeURIComponent(task), { headers }).catch(() => null);
    return response?.ok ? response.json() : null;
  };

  // the same once the call has ended and its charge is stored; null after some seconds
  const settled = async (task) => {
    for (let tries = 0; tries < 20; tries++) {
      const told = await look(task);
      if (told?.ended) return told;
      await new Promise((go) => setTimeout(go, 150));
    }
    return null;
  };

  // Why a call was refused. If credits were missing, the note says how many, with the maximum of tokens that they cover, if any.
  const refusal = async (response, content) => {
    let error, shortage;
    try {
      ({ error, shortage } = await response.json());
    } catch {
      return { note: word('The server answered with {status}.', { status: String(response.status) }) };
    }
    const says = response.headers.has('content-language') ? { note: error.message } : failure(error);
    if (!shortage) return says;
    const question = new URLSearchParams({ ...shortage, model: content.model, max: content.max_tokens ?? '' });
    try {
      const told = await fetch('/playground/shortage?' + question, { headers });
      if (!told.ok) return says;
      const { says: note, lower } = await told.json();
      return { note, lower };
    } catch {
      return says;
    }
  };

  // whether a text fits a schema: fits, misfit or undecided
  const fit = async (schema, text) => {
    const response = await ask('/playground/fit', { schema, text }).catch(() => null);
    return response?.ok ? (await response.json()).verdict : 'undecided';
  };

  // the tokens of a message's parts as the provider counts them, or about; a note if they could not be counted
  const count = async (model, parts) => {
    const content = { model, messages: [{ role: 'user', content: parts }] };
    const response = await ask('/playground/count', content).catch(() => null);
    if (!response) return { note: word('The server could not be reached.') };
    if (!response.ok) return refusal(response, content);
    return { tokens: (await response.json()).tokens, about: response.headers.has('x-tollgate-estimated') };
  };

  return { ask, look, count, settled, refusal, fit };
};
