// The @google/genai package, at the Gemini door. As its users do, it sends the model's contents back as they came, signatures included.
import { GoogleGenAI } from '@google/genai';

const client = ({ baseUrl, key }) =>
  new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: baseUrl.replace(/\/v1$/, ''), retryOptions: { attempts: 1 } } });

/** What the model said, by the server and the id of its first call; the server may give none, so they are counted here. */
const answered = new Map();
const place = ({ baseUrl }, id) => `${baseUrl} ${id}`;
let made = 0;

export async function ask(asked, said) {
  const models = client(asked).models;
  const parts = [];
  if (asked.question.streams) {
    for await (const chunk of await models.generateContentStream(request(asked))) {
      take(chunk, said, parts);
    }
  } else {
    take(await models.generateContent(request(asked)), said, parts);
  }
  if (said.calls.length) {
    answered.set(place(asked, said.calls[0].id), { role: 'model', parts });
    said.finish = said.finish === 'stop' ? 'tool_calls' : said.finish;
  }
}

export async function leave(asked) {
  const left = new AbortController();
  const { config, ...rest } = request(asked);
  const chunks = await client(asked).models.generateContentStream({ ...rest, config: { ...config, abortSignal: left.signal } });
  for await (const chunk of chunks) {
    if (chunk.text) {
      left.abort();
      return;
    }
  }
}

const ends = { STOP: 'stop', MAX_TOKENS: 'length', SAFETY: 'content_filter' };

function take(chunk, said, parts) {
  const candidate = chunk.candidates?.[0];
  for (const part of candidate?.content?.parts ?? []) {
    parts.push(part);
    if (part.functionCall) {
      const { id, name, args } = part.functionCall;
      said.calls.push({ id: id ?? `made-${++made}`, name, arguments: JSON.stringify(args ?? {}) });
    } else if (part.thought) {
      said.thoughts += part.text ?? '';
    } else {
      said.text += part.text ?? '';
    }
  }
  said.finish = ends[candidate?.finishReason] ?? candidate?.finishReason ?? said.finish;
  said.totalTokens = chunk.usageMetadata?.totalTokenCount ?? said.totalTokens;
  said.sources.push(...(candidate?.groundingMetadata?.groundingChunks ?? []).map(({ web }) => web.uri));
}

function request(asked) {
  const { model, turns, tools, tokensMax, effort, searches, schema } = asked.question;
  const system = turns.filter(({ role }) => role === 'SYSTEM').map(({ text }) => text);
  return {
    model,
    contents: contents(asked, turns.filter(({ role }) => role !== 'SYSTEM')),
    config: {
      maxOutputTokens: tokensMax,
      ...(system.length && { systemInstruction: system.join('\n') }),
      ...(tools.length && { tools: [{ functionDeclarations: tools.map(declaration) }] }),
      ...(searches && { tools: [{ googleSearch: {} }] }),
      ...(effort && { thinkingConfig: { includeThoughts: true, thinkingLevel: effort.toUpperCase() } }),
      ...(schema && { responseMimeType: 'application/json', responseJsonSchema: JSON.parse(schema) }),
    },
  };
}

function contents(asked, turns) {
  const all = [];
  const names = new Map();
  for (const { role, text, media, calls, callId } of turns) {
    calls.forEach(({ id, name }) => names.set(id, name));
    if (role === 'USER') {
      all.push({ role: 'user', parts: [{ text }, ...media.map(medium)] });
    } else if (role === 'ASSISTANT') {
      all.push(calls.length ? answered.get(place(asked, calls[0].id)) : { role: 'model', parts: [{ text }] });
    } else {
      result(all, { name: names.get(callId), response: { output: text }, ...(!callId.startsWith('made-') && { id: callId }) });
    }
  }
  return all;
}

/** Results of calls at once belong into one content. */
function result(all, functionResponse) {
  const last = all.at(-1);
  if (last.parts.every((part) => part.functionResponse)) {
    last.parts.push({ functionResponse });
  } else {
    all.push({ role: 'user', parts: [{ functionResponse }] });
  }
}

function medium(url) {
  const [, mimeType, data] = /^data:([^;]+);base64,(.*)$/s.exec(url) ?? [];
  return data ? { inlineData: { mimeType, data } } : { fileData: { fileUri: url } };
}

const declaration = ({ name, description, parameters }) => ({ name, description, parametersJsonSchema: JSON.parse(parameters) });
