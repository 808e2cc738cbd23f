// What Google's clients make of a long response in several requests, and whether each ends where one brings it no further.
import { GoogleGenAI } from '@google/genai';
import { generateText, streamText } from 'ai';

globalThis.AI_SDK_LOG_WARNINGS = false;

// Installed in the long tests alone.
const { createGoogleGenerativeAI } = await import('@ai-sdk/google').catch(() => ({}));

let requests = 0;
const ask = globalThis.fetch;
globalThis.fetch = (...args) => {
  requests++;
  return ask(...args);
};

const maxOutputTokens = 262_144;
const words = (knobs) => `Write 900 words about rivers [[sandbox: ${knobs}]]`;

export async function tried({ url, key, model }) {
  const google = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });
  const native = createGoogleGenerativeAI?.({ baseURL: url + '/v1beta', apiKey: key })(model);
  const clients = {
    'genai whole': async (contents) => {
      const answer = await google.models.generateContent({ model, contents, config: { maxOutputTokens } });
      return [answer.text, answer.candidates[0].finishReason];
    },
    'genai stream': async (contents) => {
      let text = '';
      let end;
      for await (const chunk of await google.models.generateContentStream({ model, contents, config: { maxOutputTokens } })) {
        text += chunk.text ?? '';
        end = chunk.candidates?.[0]?.finishReason ?? end;
      }
      return [text, end];
    },
    'genai chat': async (message) => {
      const answer = await google.chats.create({ model, config: { maxOutputTokens } }).sendMessage({ message });
      return [answer.text, answer.candidates[0].finishReason];
    },
    ...(native && {
      'ai whole': async (prompt) => {
        const { text, rawFinishReason, finishReason } = await generateText({ model: native, prompt, maxOutputTokens });
        return [text, rawFinishReason ?? finishReason];
      },
      'ai stream': async (prompt) => {
        const answer = streamText({ model: native, prompt, maxOutputTokens, onError: () => {} });
        return [await answer.text, (await answer.rawFinishReason) ?? (await answer.finishReason)];
      },
    }),
  };
  const [whole] = await clients['genai stream'](words('hop=99999'));
  const said = {};
  for (const [name, client] of Object.entries(clients)) {
    said[name] = {};
    for (const knobs of ['hop=320', 'hop=320 hop_same=3', 'hop=320 hop_error=2:503', 'hop=0']) {
      requests = 0;
      const [text, end] = await client(words(knobs)).catch((error) => [error.message.slice(0, 60), 'error']);
      said[name][knobs] = [text === whole ? 'all' : whole.startsWith(text ?? '') ? 'a part' : text, end, requests];
    }
  }
  return said;
}
