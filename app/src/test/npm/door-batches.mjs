// The openai package: batches from the upload to the results, their lists and their cancellation.
import OpenAI from 'openai';

async function ended(openai, id) {
  for (;;) {
    const batch = await openai.batches.retrieve(id);
    if (!['validating', 'in_progress', 'cancelling'].includes(batch.status)) {
      return batch;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function tried({ url, key, model }) {
  const openai = new OpenAI({ baseURL: url + '/v1', apiKey: key, maxRetries: 0 });
  const endpoint = '/v1/chat/completions';
  const lines = ['a', 'b', 'c'].map((id, i) => ({
    custom_id: id,
    method: 'POST',
    url: endpoint,
    body: { model: i < 2 ? model : 'no-model', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] },
  }));
  const input = await openai.files.create({
    file: new File([lines.map((line) => JSON.stringify(line)).join('\n')], 'in.jsonl'),
    purpose: 'batch',
  });
  const creation = { input_file_id: input.id, endpoint, completion_window: '24h', metadata: { run: '1' } };
  const created = await openai.batches.create(creation);
  const batch = await ended(openai, created.id);
  const text = await (await openai.files.content(batch.output_file_id)).text();
  const errors = await (await openai.files.content(batch.error_file_id)).text();
  const answers = text.trim().split('\n').map((line) => JSON.parse(line));
  const second = await openai.batches.create(creation);
  const cancelled = await openai.batches.cancel(second.id);
  const last = await ended(openai, second.id);
  const ids = [];
  for await (const each of openai.batches.list({ limit: 1 })) {
    ids.push(each.id);
  }
  const refused = await openai.batches.create({ ...creation, endpoint: '/v1/completions' }).catch((error) => error);
  const deleted = await openai.files.delete(batch.output_file_id);
  await openai.files.delete(input.id);
  return {
    created: [created.object, created.status, created.metadata.run, created.input_file_id === input.id],
    ended: [batch.status, batch.request_counts.completed, batch.request_counts.failed],
    answers: answers.map((line) => [line.custom_id, line.response.status_code, line.response.body.object]),
    error: JSON.parse(errors).response.status_code,
    cancelled: [cancelled.id === second.id, ['cancelled', 'completed'].includes(last.status)],
    listed: [ids.length, ids[0] === second.id, ids[1] === created.id],
    refused: [refused.status, refused.param],
    deleted: [deleted.deleted, await openai.files.content(batch.error_file_id).catch((error) => error.status)],
    unknown: await openai.batches.retrieve('batch_none').catch((error) => error.status),
  };
}
