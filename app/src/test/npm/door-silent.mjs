// One stream with long silences, read by each client at the same time: the text that each one hears.
import Anthropic from '@anthropic-ai/sdk';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { GoogleGenAI } from '@google/genai';
import { GoogleGenerativeAI } from '@google/generative-ai';
import { ChatAnthropic } from '@langchain/anthropic';
import { ChatOpenAI } from '@langchain/openai';
import { streamText } from 'ai';
import OpenAI from 'openai';
// From target/npm-long, where this runs.
import { batches, take } from '../../portal/src/main/resources/assets/playground/answer.mjs';

globalThis.AI_SDK_LOG_WARNINGS = false;
// A cut stream also rejects promises for which nothing waits.
process.on('unhandledRejection', () => {});

const ASKED = 'Tell me';
const messages = [{ role: 'user', content: ASKED }];
const contents = [{ role: 'user', parts: [{ text: ASKED }] }];

export async function tried({ url, key, model }) {
  const v1 = url + '/v1';
  const openai = new OpenAI({ baseURL: v1, apiKey: key, maxRetries: 0 });
  const anthropic = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
  const google = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });
  const former = new GoogleGenerativeAI(key).getGenerativeModel({ model }, { baseUrl: url });
  const chain = { model, apiKey: key, maxRetries: 0, configuration: { baseURL: v1 } };
  const anthropicChain = { model, apiKey: key, maxRetries: 0, maxTokens: 1000, anthropicApiUrl: url };
  const posted = (path, body) =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer ' + key },
      body: JSON.stringify(body),
    });
  const clients = {
    playground: async () => played(await posted('/v1/chat/completions', { model, messages, stream: true })),
    'native array': async () => {
      const chunks = await (await posted(`/v1beta/models/${model}:streamGenerateContent`, { contents })).json();
      return chunks.flatMap((it) => it.candidates?.[0].content?.parts ?? []).map((it) => it.text).join('');
    },
    'openai chat': async () => joined(await openai.chat.completions.create({ model, messages, stream: true }), (it) => it.choices[0]?.delta.content),
    'openai chat helper': () => openai.chat.completions.stream({ model, messages }).finalContent(),
    'openai completions': async () => joined(await openai.completions.create({ model, prompt: ASKED, stream: true }), (it) => it.choices[0]?.text),
    'openai responses helper': async () => (await openai.responses.stream({ model, input: ASKED, store: false }).finalResponse()).output_text,
    'anthropic helper': () => anthropic.messages.stream({ model, messages, max_tokens: 1000 }).finalText(),
    'ai compatible': () => vercel(createOpenAICompatible({ name: 'tollgate', baseURL: v1, apiKey: key })(model)),
    'ai openai': () => vercel(createOpenAI({ baseURL: v1, apiKey: key })(model)),
    'ai anthropic': () => vercel(createAnthropic({ baseURL: v1, apiKey: key })(model)),
    'ai google': () => vercel(createGoogleGenerativeAI({ baseURL: url + '/v1beta', apiKey: key })(model)),
    'langchain chat': async () => joined(await new ChatOpenAI(chain).stream(ASKED), (it) => it.text),
    'langchain responses': async () => joined(await new ChatOpenAI({ ...chain, useResponsesApi: true }).stream(ASKED), (it) => it.text),
    'langchain anthropic': async () => joined(await new ChatAnthropic(anthropicChain).stream(ASKED), (it) => it.text),
    genai: async () => joined(await google.models.generateContentStream({ model, contents }), (it) => it.text),
    'genai chat': async () => remembered(google.chats.create({ model })),
    'generative-ai': async () => joined((await former.generateContentStream(ASKED)).stream, (it) => it.text()),
  };
  const heard = Object.entries(clients).map(async ([name, ask]) => [name, await ask().catch((error) => 'failed: ' + error)]);
  return Object.fromEntries(await Promise.all(heard));
}

async function joined(stream, text) {
  let all = '';
  for await (const piece of stream) {
    all += text(piece) ?? '';
  }
  return all;
}

async function played(response) {
  const turn = { text: '', thoughts: '', tools: [] };
  for await (const batch of batches(response.body)) {
    batch.forEach((event) => take(event, turn, 0));
  }
  return turn.text;
}

// A chat forgets a turn that has an event without text.
async function remembered(chat) {
  await joined(await chat.sendMessageStream({ message: ASKED }), () => '');
  return chat.getHistory(true).filter(({ role }) => role === 'model').flatMap(({ parts }) => parts).map(({ text }) => text).join('');
}

async function vercel(model) {
  return streamText({ model, prompt: ASKED, maxRetries: 0, maxOutputTokens: 1000, onError: () => {} }).text;
}
