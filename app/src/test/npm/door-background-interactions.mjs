// Google's client: interactions in the background, until they have ended.
import { GoogleGenAI } from '@google/genai';

const look = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

export async function tried({ url, key, model }) {
  const google = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url, retryOptions: { attempts: 1 } } });
  const { interactions } = google;
  const create = (input, more) => interactions.create({ model, input, background: true, ...more });

  /** Polls as Google's guide does. */
  const ended = async (begun) => {
    let interaction = begun;
    while (interaction.status === 'in_progress') {
      await new Promise((resume) => setTimeout(resume, 50));
      interaction = await interactions.get(begun.id);
    }
    return interaction;
  };

  const begun = await create('Say: héllo 世界');
  const whole = await ended(begun);
  const again = await interactions.cancel(whole.id);
  const next = await ended(await create('Say: thanks', { previous_interaction_id: begun.id }));
  await interactions.delete(begun.id);
  const gone = await interactions.get(begun.id).catch((error) => error.status);

  const called = await ended(await create('The weather in Oslo?', { tools: [look], generation_config: { tool_choice: 'any' } }));
  const result = called.steps
    .filter((step) => step.type === 'function_call')
    .map((step) => ({ type: 'function_result', call_id: step.id, name: step.name, result: { weather: 'sunny' } }));
  const answered = await ended(await create(result, { tools: [look], previous_interaction_id: called.id }));

  const running = await create('Hi [[sandbox: hang]]');
  const early = await create('Hi', { previous_interaction_id: running.id }).catch((error) => [error.status, /still being made/.test(error.message)]);
  const cancelled = await ended(await interactions.cancel(running.id));
  const failed = await ended(await create('Hi [[sandbox: status=400]]'));
  const cut = await ended(await create('Hi [[sandbox: finish=MAX_TOKENS]]'));
  const fields = [{ stream: true }, { store: false }, { webhook_config: { uris: ['https://example.org'] } }];
  const refused = await Promise.all(
    fields.map((more) => create('Hi', more).catch((error) => [error.status, error.message.match(/(background|store|webhook_config): /)?.[1]])),
  );
  return {
    begun: [begun.status, begun.id.slice(0, 3), begun.steps.length],
    whole: [whole.status, whole.output_text, whole.usage.total_tokens > 0, whole.created === begun.created],
    again: again.status,
    goesOn: [next.output_text, next.previous_interaction_id === begun.id],
    gone,
    called: [called.status, answered.status, answered.output_text.length > 0],
    early,
    cancelled: [cancelled.status, cancelled.steps.length],
    failed: [failed.status, failed.errors.length, failed.errors[0].message.length > 0],
    cut: cut.status,
    refused,
  };
}
