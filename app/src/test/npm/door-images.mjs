// The openai package: images, as a body, from three files, and as a stream. Vercel's AI SDK by OpenAI's address, and Google's client in a chat that edits.
import OpenAI, { toFile } from 'openai';
import { generateImage } from 'ai';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { GoogleGenAI } from '@google/genai';

async function ofAi(imageModel) {
  const { image } = await generateImage({ model: imageModel, prompt: 'A fox', size: '1024x1024' });
  const edited = await generateImage({ model: imageModel, prompt: { text: 'Now blue', images: [image.uint8Array] } });
  return [image.mediaType, edited.images.length];
}

async function ofGoogle({ url, key, model }) {
  const google = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });
  const chat = google.chats.create({ model, config: { imageConfig: { aspectRatio: '16:9' } } });
  const parts = [];
  parts.push((await chat.sendMessage({ message: 'A fox' })).candidates[0].content.parts);
  for await (const chunk of await chat.sendMessageStream({ message: 'Now blue' })) {
    parts.push(chunk.candidates?.[0]?.content?.parts ?? []);
  }
  return parts.flat().filter((part) => part.inlineData && !part.thought).length;
}

export async function tried({ url, key, model }) {
  const openai = new OpenAI({ baseURL: url + '/v1', apiKey: key, maxRetries: 0 });
  const made = await openai.images.generate({ model, prompt: 'A red house', n: 2, size: '1536x1024' });
  const images = made.data.map((image) => Buffer.from(image.b64_json, 'base64'));
  const files = await Promise.all(
    [...images, images[0]].map((image, i) => toFile(image, i + '.png', { type: 'image/png' })),
  );
  const edited = await openai.images.edit({ model, prompt: 'Now blue', image: files, quality: 'auto', n: 1 });
  const events = [];
  for await (const event of await openai.images.generate({ model, prompt: 'A tree', stream: true })) {
    events.push(event.type, Buffer.from(event.b64_json, 'base64').length > 1000, event.usage.total_tokens > 1000);
  }
  for await (const event of await openai.images.edit({ model, prompt: 'A fox', image: files[0], stream: true })) {
    events.push(event.type);
  }
  const refused = await openai.images.edit({ model, prompt: 'A', image: files[0], mask: files[1] }).catch((it) => it.message);
  return {
    ai: [
      await ofAi(createOpenAI({ baseURL: url + '/v1', apiKey: key }).image(model)),
      await ofAi(createOpenAICompatible({ name: 'tollgate', baseURL: url + '/v1', apiKey: key }).imageModel(model)),
    ],
    google: await ofGoogle({ url, key, model }),
    made: images.length,
    size: made.size,
    format: made.output_format,
    tokens: made.usage.output_tokens_details.image_tokens,
    edited: edited.data.length,
    seen: edited.usage.input_tokens_details.image_tokens > 0,
    events,
    refused,
  };
}
