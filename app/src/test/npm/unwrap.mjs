// The openai package reads a delivery of a webhook: unwrap.mjs FILE, with {secret, headers, body}, prints the event.
import { readFileSync } from 'node:fs';
import OpenAI from 'openai';

const { secret, headers, body } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const openai = new OpenAI({ apiKey: 'none', webhookSecret: secret });
const event = await openai.webhooks.unwrap(body, headers);
const other = await openai.webhooks.unwrap(body.replace('completed', 'failed'), headers).catch((error) => error.constructor.name);
process.stdout.write(JSON.stringify({ event, other }) + '\n');
