// Google's client at the door of interactions: whole and streamed, functions back and forth, kept conversations, images, what it says of errors.
import { GoogleGenAI } from '@google/genai';

const look = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

const ofType = (type) => (step) => step.type === type;

/** Puts a stream's steps together from its events, as its readers do, by the client's types. */
async function streamed(stream) {
  const seen = { events: [], steps: [], last: null };
  for await (const event of stream) {
    seen.events.push(event.event_type);
    if (event.event_type === 'step.start') {
      seen.steps[event.index] = { ...event.step, text: '', json: '' };
    } else if (event.event_type === 'step.delta') {
      const { delta } = event;
      const step = seen.steps[event.index];
      step.text += delta.text ?? delta.content?.text ?? '';
      step.json += delta.arguments ?? '';
      step.signature ??= delta.signature;
      step.image ??= delta.type === 'image' ? delta : undefined;
    } else if (event.event_type === 'interaction.completed') {
      seen.last = event.interaction;
    }
  }
  return seen;
}

const results = (steps, parsed) =>
  steps.filter(ofType('function_call')).map((step) => ({
    type: 'function_result',
    call_id: step.id,
    name: step.name,
    result: { weather: 'sunny in ' + (parsed ? step.arguments : JSON.parse(step.json)).city },
  }));

export async function tried({ url, key, model }) {
  const google = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url, retryOptions: { attempts: 1 } } });
  const { interactions } = google;
  const first = await interactions.create({ model, input: 'Say: héllo 世界' });
  const next = await interactions.create({ model, input: 'And now?', previous_interaction_id: first.id });
  const found = await interactions.get(next.id);

  const stream = await streamed(
    await interactions.create({ model, input: 'Say: héllo 世界', stream: true, generation_config: { thinking_summaries: 'auto' } }),
  );
  const ask = { model, tools: [look], generation_config: { tool_choice: 'any' } };
  const called = await interactions.create({ ...ask, input: 'The weather in Oslo and in Bergen?' });
  const answered = await interactions.create({
    model,
    tools: [look],
    input: results(called.steps, true),
    previous_interaction_id: called.id,
  });
  const calledInStream = await streamed(
    await interactions.create({ ...ask, input: 'The weather in Oslo and in Bergen?', stream: true, store: false }),
  );
  const stateless = await interactions.create({
    model,
    tools: [look],
    store: false,
    input: [
      { type: 'user_input', content: [{ type: 'text', text: 'The weather in Oslo and in Bergen?' }] },
      ...called.steps,
      ...results(called.steps, true),
    ],
  });
  const format = { type: 'text', mime_type: 'application/json', schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } };
  const parsed = await interactions.create({ model, input: 'A person', response_format: [format] });

  const painter = 'gemini-3-pro-image';
  const image = await interactions.create({ model: painter, input: 'A fox', response_format: { type: 'image', aspect_ratio: '16:9' } });
  const edited = await streamed(
    await interactions.create({ model: painter, input: 'Now blue', previous_interaction_id: image.id, stream: true }),
  );
  await interactions.delete(first.id);
  const gone = await interactions.get(first.id).catch((it) => it.status);
  const refused = await interactions
    .create({ model, input: 'Hi', generation_config: { thinking_level: 'most' } })
    .catch((it) => [it.status, /thinking_level/.test(it.message)]);
  return {
    said: first.output_text,
    status: first.status,
    created: !Number.isNaN(new Date(first.created).getTime()),
    tokens: first.usage.total_tokens === first.usage.total_input_tokens + first.usage.total_output_tokens + first.usage.total_thought_tokens,
    goesOn: next.previous_interaction_id === first.id,
    found: [found.steps[0].type, found.output_text === next.output_text],
    events: [...new Set(stream.events)],
    streamed: stream.steps.filter(ofType('model_output')).map((step) => step.text).join(''),
    thought: stream.steps.find(ofType('thought'))?.text.length > 0,
    completed: [stream.last.status, stream.last.usage.total_tokens > 0],
    called: called.steps.filter(ofType('function_call')).map((step) => [step.name, step.arguments.city]),
    waits: called.status,
    answered: answered.output_text,
    calledInStream: results(calledInStream.steps, false).map((it) => it.result.weather),
    stateless: stateless.output_text === answered.output_text,
    parsed: Object.keys(JSON.parse(parsed.output_text)).join(),
    image: [image.output_image.mime_type, Buffer.from(image.output_image.data, 'base64').length > 1000],
    edited: edited.steps.filter((step) => step.image).map((step) => step.image.mime_type),
    gone,
    refused,
  };
}
