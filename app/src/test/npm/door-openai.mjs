// The openai package: Responses and embeddings.
import OpenAI from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';

const Person = z.object({ name: z.string(), age: z.number().int() });
const weather = {
  type: 'function',
  name: 'get_weather',
  description: 'Tells the weather in a city',
  strict: false,
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

export async function tried({ url, key, model }) {
  const openai = new OpenAI({ baseURL: url + '/v1', apiKey: key, maxRetries: 0 });
  return {
    ...(await created(openai, model)),
    ...(await streamed(openai, model)),
    ...(await parsed(openai, model)),
    ...(await loop(openai, model)),
    ...(await reasoned(openai, model)),
    ...(await refused(openai, model)),
    ...(await embedded(openai)),
  };
}

async function created(openai, model) {
  const response = await openai.responses.create({ model, input: 'Say: héllo 世界', store: false });
  return { created: response.output_text, status: response.status, total: response.usage.total_tokens };
}

async function streamed(openai, model) {
  const stream = openai.responses.stream({ model, input: 'Write 60 words', store: false });
  let deltas = '';
  stream.on('response.output_text.delta', ({ delta }) => (deltas += delta));
  const whole = await stream.finalResponse();
  return { streamed: whole.output_text.split(' ').length, deltasAreTheText: deltas === whole.output_text };
}

async function parsed(openai, model) {
  const response = await openai.responses.parse({
    model,
    input: 'Invent a person',
    store: false,
    text: { format: zodTextFormat(Person, 'person') },
  });
  return { parsed: Object.keys(response.output_parsed).join() };
}

/** Two calls at once, and their results behind the very items that came. */
async function loop(openai, model) {
  const input = [{ role: 'user', content: 'What is the weather in Oslo and Bergen?' }];
  const first = await openai.responses
    .stream({ model, input, tools: [weather], store: false, include: ['reasoning.encrypted_content'] })
    .finalResponse();
  const calls = first.output.filter((item) => item.type === 'function_call');
  const results = calls.map((call) => ({
    type: 'function_call_output',
    call_id: call.call_id,
    output: 'sunny in ' + JSON.parse(call.arguments).city,
  }));
  const second = await openai.responses.create({
    model,
    input: [...input, ...first.output, ...results],
    tools: [weather],
    store: false,
  });
  return { calls: calls.map((call) => call.name), answered: second.output_text };
}

async function reasoned(openai, model) {
  const response = await openai.responses.create({
    model,
    input: 'How many prime numbers are there below 100?',
    store: false,
    reasoning: { effort: 'high', summary: 'auto' },
    include: ['reasoning.encrypted_content'],
  });
  const [reasoning] = response.output;
  return {
    reasoning: reasoning.type,
    summarized: reasoning.summary[0].text.length > 0,
    carried: reasoning.encrypted_content.length > 0,
  };
}

async function refused(openai) {
  try {
    await openai.responses.create({ model: 'gemini-9', input: 'Hi' });
    return {};
  } catch (error) {
    return { refused: error.status, code: error.code };
  }
}

/** The package asks for base64, unless told otherwise, and shows numbers. */
async function embedded(openai) {
  const asked = { model: 'gemini-embedding-001', input: ['one', 'two'], dimensions: 256 };
  const packed = await openai.embeddings.create(asked);
  const plain = await openai.embeddings.create({ ...asked, encoding_format: 'float' });
  const near = packed.data.every(({ embedding }, i) =>
    embedding.every((value, j) => Math.abs(value - plain.data[i].embedding[j]) < 1e-6),
  );
  return { vectors: packed.data.map(({ embedding }) => embedding.length), near };
}
