// What each client says of a key whose spend limit is used up, and how often it has asked by then: with its own repeats.
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { generateText, streamText } from 'ai';
import OpenAI from 'openai';

globalThis.AI_SDK_LOG_WARNINGS = false;

// Installed in the long tests alone.
const { createGoogleGenerativeAI } = await import('@ai-sdk/google').catch(() => ({}));
const { ChatAnthropic } = await import('@langchain/anthropic').catch(() => ({}));
const { ChatOpenAI } = await import('@langchain/openai').catch(() => ({}));

let requests = 0;
const ask = globalThis.fetch;
globalThis.fetch = (...args) => {
  requests++;
  return ask(...args);
};

export async function tried({ url, key, model }) {
  const v1 = url + '/v1';
  const prompt = 'Hi';
  const messages = [{ role: 'user', content: prompt }];
  const openai = new OpenAI({ baseURL: v1, apiKey: key });
  const anthropic = new Anthropic({ baseURL: url, apiKey: key });
  const google = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });
  const compatible = createOpenAICompatible({ name: 'tollgate', baseURL: v1, apiKey: key })(model);
  const responses = createOpenAI({ baseURL: v1, apiKey: key })(model);
  const native = createGoogleGenerativeAI?.({ baseURL: url + '/v1beta', apiKey: key })(model);
  const chain = { model, apiKey: key, configuration: { baseURL: v1 } };
  const clients = {
    'openai chat': () => openai.chat.completions.create({ model, messages }),
    'openai stream': () => openai.chat.completions.create({ model, messages, stream: true }),
    'openai completions': () => openai.completions.create({ model, prompt }),
    'openai responses': () => openai.responses.create({ model, input: prompt }),
    'openai embeddings': () => openai.embeddings.create({ model: 'gemini-embedding-001', input: 'Hi '.repeat(2000) }),
    anthropic: () => anthropic.messages.create({ model, messages, max_tokens: 100 }),
    genai: () => google.models.generateContent({ model, contents: prompt }),
    'ai chat': () => generateText({ model: compatible, prompt }),
    'ai responses': () => generateText({ model: responses, prompt }),
    'ai stream': () => streamed(responses, prompt),
    ...(native && { 'ai google': () => generateText({ model: native, prompt }) }),
    ...(ChatAnthropic && {
      'langchain anthropic': () => new ChatAnthropic({ model, apiKey: key, anthropicApiUrl: url, maxTokens: 100 }).invoke(prompt),
    }),
    ...(ChatOpenAI && {
      'langchain chat': () => new ChatOpenAI(chain).invoke(prompt),
      'langchain responses': () => new ChatOpenAI({ ...chain, useResponsesApi: true }).invoke(prompt),
    }),
  };
  const said = {};
  for (const [name, call] of Object.entries(clients)) {
    requests = 0;
    const message = await call().then(() => 'an answer', (error) => error.message);
    said[name] = requests + (message.includes('spend limit') ? ', in words' : ': ' + message);
  }
  return said;
}

async function streamed(model, prompt) {
  for await (const part of streamText({ model, prompt, onError: () => {} }).fullStream) {
    if (part.type === 'error') {
      throw part.error;
    }
  }
}
