// Clients in JavaScript, driven by the tests: reads one question a line, prints one answer a line, in the shapes of
// Question and Said. Nothing is tried again.
import readline from 'node:readline';

const drivers = {
  openai: () => import('./drive-openai.mjs'),
  ai: () => import('./drive-ai.mjs'),
  langchain: () => import('./drive-langchain.mjs'),
  genai: () => import('./drive-genai.mjs'),
};

const nothing = () => ({ text: '', thoughts: '', calls: [], finish: null, totalTokens: 0, sources: [], failure: null });

for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const { client, ...asked } = JSON.parse(line);
  const said = nothing();
  try {
    const driver = await drivers[client]();
    await (asked.leaves ? driver.leave(asked) : driver.ask(asked, said));
  } catch (error) {
    said.finish = null;
    said.failure = {
      status: error.status ?? error.statusCode ?? 0,
      text: [error.code, error.message, error.responseBody, error.data && JSON.stringify(error.data)].filter(Boolean).join(' '),
    };
  }
  process.stdout.write(JSON.stringify(said) + '\n');
}
process.exit(0);
