// The openai package: responses in the background, until they have ended.
import OpenAI from 'openai';

export async function tried({ url, key, model }) {
  const openai = new OpenAI({ baseURL: url + '/v1', apiKey: key, maxRetries: 0 });
  return {
    ...(await completed(openai, model)),
    ...(await cancelled(openai, model)),
    ...(await unhappy(openai, model)),
    ...(await refused(openai, model)),
  };
}

const create = (openai, model, input, more) =>
  openai.responses.create({ model, input, background: true, ...more });

/** Polls as OpenAI's guide does. */
async function ended(openai, begun) {
  let response = begun;
  while (response.status === 'queued' || response.status === 'in_progress') {
    await new Promise((resume) => setTimeout(resume, 50));
    response = await openai.responses.retrieve(begun.id);
  }
  return response;
}

async function completed(openai, model) {
  const begun = await create(openai, model, 'Say: héllo 世界', { metadata: { a: 'b' } });
  const early = await openai.responses.inputItems.list(begun.id);
  const whole = await ended(openai, begun);
  const late = await openai.responses.inputItems.list(begun.id);
  const again = await openai.responses.cancel(begun.id);
  const next = await create(openai, model, 'Say: thanks', { previous_response_id: begun.id });
  const goesOn = await ended(openai, next);
  await openai.responses.delete(begun.id);
  return {
    begun: [begun.status, begun.background, begun.output_text, begun.usage],
    whole: [whole.status, whole.output_text, whole.metadata.a, whole.usage.total_tokens > 0, whole.error],
    created: begun.created_at === whole.created_at && begun.id === whole.id,
    items: [early.data[0].content[0].text, late.data[0].content[0].text],
    again: again.status,
    goesOn: goesOn.output_text,
    gone: await openai.responses.retrieve(begun.id).catch((error) => error.status),
  };
}

async function cancelled(openai, model) {
  const begun = await create(openai, model, 'Hi [[sandbox: hang]]');
  const first = await openai.responses.cancel(begun.id);
  const ends = await ended(openai, first);
  const again = await openai.responses.cancel(begun.id);
  return { cancelled: [ends.status, again.status, ends.error, ends.output.length] };
}

async function unhappy(openai, model) {
  const failed = await ended(openai, await create(openai, model, 'Hi [[sandbox: status=400]]'));
  const cut = await ended(openai, await create(openai, model, 'Hi [[sandbox: finish=MAX_TOKENS]]'));
  return {
    failed: [failed.status, failed.error.code, failed.error.message.length > 0, failed.usage],
    cut: [cut.status, cut.incomplete_details.reason],
  };
}

async function refused(openai, model) {
  const refused = await create(openai, model, 'Hi', { stream: true }).catch((error) => error.param);
  const brief = await ended(openai, await create(openai, model, 'Hi', { store: false }));
  return { refused, brief: [brief.status, brief.store] };
}
