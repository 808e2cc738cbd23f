// What official clients do at the doors of Responses, Messages, interactions and embeddings: doors.mjs CLIENT URL KEY MODEL prints what came of it.
const clients = {
  openai: () => import('./door-openai.mjs'),
  background: () => import('./door-background.mjs'),
  'background-interactions': () => import('./door-background-interactions.mjs'),
  anthropic: () => import('./door-anthropic.mjs'),
  ai: () => import('./door-ai.mjs'),
  langchain: () => import('./door-langchain.mjs'),
  agents: () => import('./door-agents.mjs'),
  silent: () => import('./door-silent.mjs'),
  interactions: () => import('./door-interactions.mjs'),
  files: () => import('./door-files.mjs'),
  'batch-files': () => import('./door-batch-files.mjs'),
  batches: () => import('./door-batches.mjs'),
  images: () => import('./door-images.mjs'),
  openrouter: () => import('./door-openrouter.mjs'),
  'openrouter-chat': () => import('./door-openrouter-chat.mjs'),
  audio: () => import('./door-audio.mjs'),
  spent: () => import('./door-spent.mjs'),
  long: () => import('./door-long.mjs'),
};

const [, , client, url, key, model] = process.argv;
const { tried } = await clients[client]();
process.stdout.write(JSON.stringify(await tried({ url, key, model })) + '\n');
process.exit(0);
