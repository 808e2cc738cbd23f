// OpenRouter's own programs, the SDK and the provider of Vercel's AI SDK: images, with references, whole and as a stream.
import { OpenRouter } from '@openrouter/sdk';
import { createOpenRouter } from '@openrouter/ai-sdk-provider';
import { generateImage } from 'ai';

export async function tried({ url, key, model }) {
  const imageModel = createOpenRouter({ apiKey: key, baseURL: url + '/v1' }).imageModel(model);
  const fox = await generateImage({ model: imageModel, prompt: 'A fox', aspectRatio: '16:9', maxRetries: 0 });
  const blue = await generateImage({
    model: imageModel,
    prompt: { text: 'Now blue', images: [fox.image.uint8Array] },
    maxRetries: 0,
  });
  const sdk = new OpenRouter({ apiKey: key, serverURL: url + '/v1', retryConfig: { strategy: 'none' } });
  const ask = (more) => sdk.images.generate({ imageGenerationRequest: { model, prompt: 'A house', ...more } });
  const made = await ask({ n: 2, resolution: '2K' });
  const reference = { type: 'image_url', imageUrl: { url: 'data:image/png;base64,' + made.data[0].b64Json } };
  const edited = await ask({ inputReferences: [reference] });
  const events = [];
  for await (const event of await ask({ n: 2, stream: true })) {
    events.push([event.type, event.b64Json.length > 1000, event.created > 0, (event.usage?.totalTokens ?? 0) > 2000]);
  }
  const ofTokens = (usage) => usage.totalTokens === usage.inputTokens + usage.outputTokens && usage.outputTokens > 1000;
  return {
    ai: [fox.image.mediaType, ofTokens(fox.usage), blue.images.length, blue.usage.inputTokens > fox.usage.inputTokens],
    made: [made.data.length, made.usage.totalTokens === made.usage.promptTokens + made.usage.completionTokens],
    tokens: made.usage.completionTokensDetails.imageTokens,
    edited: [edited.data.length, edited.usage.promptTokens > made.usage.promptTokens / 2],
    events,
    refused: await ask({ resolution: '1K', aspectRatio: '1:3' }).catch((it) => it.statusCode),
  };
}
