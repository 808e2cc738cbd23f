// Anthropic's SDK.
import Anthropic from '@anthropic-ai/sdk';
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { z } from 'zod';

const Person = z.object({ name: z.string(), age: z.number().int() });
const user = (content) => [{ role: 'user', content }];

export async function tried({ url, key, model }) {
  const anthropic = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
  return {
    ...(await created(anthropic, model)),
    ...(await streamed(anthropic, model)),
    ...(await parsed(anthropic, model)),
    ...(await ran(anthropic, model)),
    ...(await counted(anthropic, model)),
    ...(await listed(anthropic)),
    ...(await refused(anthropic)),
  };
}

async function created(anthropic, model) {
  const message = await anthropic.messages.create({ model, max_tokens: 2048, messages: user('Say: héllo 世界') });
  return { created: message.content[0].text, stopped: message.stop_reason, output: message.usage.output_tokens };
}

async function streamed(anthropic, model) {
  const stream = anthropic.messages.stream({
    model,
    max_tokens: 4096,
    thinking: { type: 'adaptive' },
    messages: user('Write 60 words'),
  });
  let deltas = '';
  stream.on('text', (delta) => (deltas += delta));
  const whole = await stream.finalMessage();
  const [thinking, text] = whole.content;
  return {
    thought: thinking.type,
    signed: thinking.signature.length > 0,
    streamed: text.text.split(' ').length,
    deltasAreTheText: deltas === text.text,
  };
}

async function parsed(anthropic, model) {
  const message = await anthropic.messages.parse({
    model,
    max_tokens: 2048,
    messages: user('Invent a person'),
    output_config: { format: zodOutputFormat(Person) },
  });
  return { parsed: Object.keys(message.parsed_output).join() };
}

async function ran(anthropic, model) {
  const asked = [];
  const weather = betaZodTool({
    name: 'get_weather',
    description: 'Tells the weather in a city',
    inputSchema: z.object({ city: z.string() }),
    run: ({ city }) => {
      asked.push(city);
      return 'sunny in ' + city;
    },
  });
  const message = await anthropic.beta.messages.toolRunner({
    model,
    max_tokens: 2048,
    messages: user('What is the weather in Oslo and Bergen?'),
    tools: [weather],
  });
  return { asked, answered: message.content.at(-1).text };
}

async function counted(anthropic, model) {
  const { input_tokens: counted } = await anthropic.messages.countTokens({ model, messages: user('How long is this?') });
  return { counted: counted > 0 };
}

async function listed(anthropic) {
  const { data } = await anthropic.models.list({ limit: 1000 });
  return { listed: data.every((model) => model.type === 'model' && model.display_name) };
}

async function refused(anthropic) {
  try {
    await anthropic.messages.create({ model: 'claude-9', max_tokens: 10, messages: user('Hi') });
    return {};
  } catch (error) {
    return { refused: error.status, kind: error.error.error.type };
  }
}
