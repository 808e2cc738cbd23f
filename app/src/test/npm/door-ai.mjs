// Vercel's AI SDK with its providers for OpenAI, which asks for Responses, and Anthropic.
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, Output, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';

globalThis.AI_SDK_LOG_WARNINGS = false;

const weather = tool({
  description: 'Tells the weather in a city',
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => 'sunny in ' + city,
});

export async function tried({ url, key, model }) {
  const openai = createOpenAI({ baseURL: url + '/v1', apiKey: key });
  const anthropic = createAnthropic({ baseURL: url + '/v1', apiKey: key });
  return {
    responses: await through(openai(model), {
      openai: { store: false, forceReasoning: true, reasoningEffort: 'high', reasoningSummary: 'auto' },
    }),
    messages: await through(anthropic(model), { anthropic: { thinking: { type: 'adaptive' } } }),
  };
}

async function through(model, providerOptions) {
  const asked = { model, maxRetries: 0, maxOutputTokens: 4096, providerOptions };
  const looped = streamText({
    ...asked,
    prompt: 'What is the weather in Oslo and Bergen?',
    tools: { get_weather: weather },
    stopWhen: stepCountIs(4),
  });
  await looped.consumeStream();
  const object = await generateText({
    ...asked,
    prompt: 'Invent a person',
    output: Output.object({ schema: z.object({ name: z.string(), age: z.number().int() }) }),
  });
  const plain = await generateText({ ...asked, prompt: 'Say: héllo 世界' });
  return {
    steps: (await looped.steps).length,
    answered: await looped.text,
    reasoned: (await looped.steps)[0].reasoningText?.length > 0,
    object: Object.keys(object.output).join(),
    said: plain.text,
    total: plain.usage.totalTokens,
  };
}
