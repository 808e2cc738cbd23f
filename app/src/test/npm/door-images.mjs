// The openai package: images, as a body, from three files, and as a stream.
import OpenAI, { toFile } from 'openai';

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
