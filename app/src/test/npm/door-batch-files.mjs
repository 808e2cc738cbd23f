// The openai package: files of batches, small and of several pieces, their lists, contents and end.
import OpenAI, { toFile } from 'openai';

export async function tried({ url, key }) {
  const openai = new OpenAI({ baseURL: url + '/v1', apiKey: key, maxRetries: 0 });
  const content = '{"custom_id":"ä"}\n'.repeat(40_000);
  const large = await openai.files.create({
    file: await toFile(Buffer.from(content), 'in ä.jsonl'),
    purpose: 'batch',
    expires_after: { anchor: 'created_at', seconds: 3600 },
  });
  const small = await openai.files.create({ file: new File(['{}'], 'b.jsonl'), purpose: 'batch' });
  const ids = [];
  for await (const each of openai.files.list({ limit: 1, purpose: 'batch' })) {
    ids.push(each.id);
  }
  const read = await openai.files.retrieve(large.id);
  const text = await (await openai.files.content(large.id)).text();
  const ready = await openai.files.waitForProcessing(small.id);
  const deleted = await openai.files.delete(large.id);
  const purpose = await openai.files
    .create({ file: new File(['{}'], 'c.jsonl'), purpose: 'fine-tune' })
    .catch((error) => error);
  return {
    large: [large.bytes, large.filename, large.purpose, large.status, large.expires_at - large.created_at],
    read: [read.id === large.id, text === content],
    listed: [ids.length, ids.includes(large.id), ids.includes(small.id)],
    ready: ready.status,
    deleted: [deleted.deleted, deleted.object, await openai.files.retrieve(large.id).catch((error) => error.status)],
    refused: [purpose.status, purpose.param],
  };
}
