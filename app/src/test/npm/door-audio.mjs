// The openai package, Vercel's AI SDK and Google's client: a speech as a file, as it comes and as events; and what was spoken is written down.
import OpenAI, { toFile } from 'openai';
import { generateSpeech, transcribe } from 'ai';
import { createOpenAI } from '@ai-sdk/openai';
import { GoogleGenAI } from '@google/genai';

const SPEECH = 'gemini-3.8-flash-tts';

async function ofAi({ url, key, model }) {
  const openai = createOpenAI({ baseURL: url + '/v1', apiKey: key });
  const { audio } = await generateSpeech({ model: openai.speech(SPEECH), text: 'Good morning', outputFormat: 'wav' });
  const { text } = await transcribe({ model: openai.transcription(model), audio: audio.uint8Array });
  return [audio.mediaType, text];
}

async function ofGoogle({ url, key }) {
  const google = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });
  const config = {
    responseModalities: ['AUDIO'],
    speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } },
  };
  const whole = await google.models.generateContent({ model: SPEECH, contents: 'Good morning', config });
  let streamed = 0;
  for await (const chunk of await google.models.generateContentStream({ model: SPEECH, contents: 'Good morning', config })) {
    for (const part of chunk.candidates?.[0]?.content?.parts ?? []) {
      streamed += Buffer.from(part.inlineData.data, 'base64').length;
    }
  }
  const [part] = whole.candidates[0].content.parts;
  return {
    type: part.inlineData.mimeType,
    bytes: Buffer.from(part.inlineData.data, 'base64').length,
    streamed,
    tokens: whole.usageMetadata.candidatesTokensDetails,
  };
}

export async function tried({ url, key, model }) {
  const openai = new OpenAI({ baseURL: url + '/v1', apiKey: key, maxRetries: 0 });
  const ask = { model: SPEECH, voice: 'alloy', input: 'Good morning' };
  const wav = Buffer.from(await (await openai.audio.speech.create(ask)).arrayBuffer());
  const response = await openai.audio.speech.create({ ...ask, response_format: 'pcm' });
  let pcm = 0;
  for await (const piece of response.body) {
    pcm += piece.length;
  }
  const events = [];
  const text = await (await openai.audio.speech.create({ ...ask, stream_format: 'sse' })).text();
  for (const line of text.split('\n').filter((it) => it.startsWith('data: '))) {
    events.push(JSON.parse(line.slice('data: '.length)));
  }
  const file = () => toFile(wav, 'speech.wav');
  const written = await openai.audio.transcriptions.create({ model, file: await file(), language: 'en' });
  const plain = await openai.audio.transcriptions.create({ model, file: await file(), response_format: 'text' });
  const streamed = [];
  for await (const event of await openai.audio.transcriptions.create({ model, file: await file(), stream: true })) {
    streamed.push(event);
  }
  const refused = await openai.audio.speech.create({ ...ask, response_format: 'mp3' }).catch((it) => it.message);
  return {
    wav: [wav.subarray(0, 4).toString(), wav.length],
    pcm,
    events: events.map((it) => it.type),
    spoken: events.filter((it) => it.audio).reduce((sum, it) => sum + Buffer.from(it.audio, 'base64').length, 0),
    usage: events.at(-1).usage,
    written: written.text,
    heard: written.usage.input_token_details.audio_tokens,
    plain,
    deltas: streamed.slice(0, -1).map((it) => it.delta).join(''),
    done: [streamed.at(-1).type, streamed.at(-1).text],
    refused,
    ai: await ofAi({ url, key, model }),
    google: await ofGoogle({ url, key }),
  };
}
