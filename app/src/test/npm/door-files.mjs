// Google's client: a file of two pieces, its state, lists, a question about it, and its end; and the same of cached contents.
import { GoogleGenAI, createPartFromUri, createUserContent } from '@google/genai';

async function cached(google, model) {
  const cache = await google.caches.create({
    model,
    config: { displayName: 'tolls', ttl: '600s', contents: 'A toll is paid at the bridge. '.repeat(200) },
  });
  const answer = await google.models.generateContent({
    model,
    contents: 'Who pays?',
    config: { cachedContent: cache.name },
  });
  const later = await google.caches.update({ name: cache.name, config: { ttl: '86400s' } });
  let listed = 0;
  for await (const each of await google.caches.list()) {
    listed += each.name === cache.name ? 1 : 0;
  }
  await google.caches.delete({ name: cache.name });
  const gone = await google.caches.get({ name: cache.name }).catch((it) => it);
  return [cache.displayName, answer.text.length > 0, later.expireTime > cache.expireTime, listed, gone.status];
}

export async function tried({ url, key, model }) {
  const google = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });
  const sound = Buffer.alloc(9_900_000);
  sound.write('RIFF\xbc\x0f\x97\x00WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x98\x0f\x97\0', 'latin1');
  const file = await google.files.upload({
    file: new Blob([sound], { type: 'audio/wav' }),
    config: { displayName: 'bridge.wav' },
  });
  const read = await google.files.get({ name: file.name });
  const names = [];
  for await (const each of await google.files.list({ config: { pageSize: 1 } })) {
    names.push(each.name);
  }
  const answer = await google.models.generateContent({
    model,
    contents: createUserContent([createPartFromUri(file.uri, file.mimeType), 'What is paid?']),
  });
  await google.files.delete({ name: file.name });
  const gone = await google.files.get({ name: file.name }).catch((it) => it);
  return {
    bytes: Number(file.sizeBytes),
    state: read.state,
    shown: read.displayName,
    listed: names.includes(file.name),
    answer: answer.text.length > 0,
    gone: [gone.status, gone.message.includes('You do not have permission to access the File')],
    cache: await cached(google, model),
  };
}
