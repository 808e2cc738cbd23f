// Vercel's AI SDK with its provider for OpenAI-compatible servers.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, jsonSchema, Output, streamText, tool } from 'ai';

export async function ask(asked, said) {
  if (!asked.question.streams) {
    const result = await generateText(options(asked));
    await take(result, said);
    return;
  }
  const result = streamText(options(asked));
  for await (const part of result.fullStream) {
    if (part.type === 'text-delta') {
      said.text += part.text;
    } else if (part.type === 'error') {
      throw part.error instanceof Error ? part.error : new Error(JSON.stringify(part.error));
    }
  }
  await take(result, said);
}

export async function leave(asked) {
  const leaving = new AbortController();
  const result = streamText({ ...options(asked), abortSignal: leaving.signal });
  for await (const piece of result.textStream) {
    if (piece) {
      leaving.abort();
      return;
    }
  }
}

// What a whole result has at once, a streamed one promises.
async function take(result, said) {
  const reasons = { 'tool-calls': 'tool_calls', 'content-filter': 'content_filter' };
  const finish = await result.finishReason;
  Object.assign(said, {
    text: await result.text,
    thoughts: (await result.reasoningText) ?? '',
    calls: (await result.toolCalls).map(({ toolCallId, toolName, input }) => ({
      id: toolCallId,
      name: toolName,
      arguments: JSON.stringify(input),
    })),
    finish: reasons[finish] ?? finish,
    totalTokens: (await result.usage).totalTokens ?? 0,
  });
}

function options({ baseUrl, key, question }) {
  const { model, turns, tools, tokensMax, effort, searches, schema } = question;
  const provider = createOpenAICompatible({
    name: 'tollgate',
    baseURL: baseUrl,
    apiKey: key,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  return {
    model: provider(model),
    maxRetries: 0,
    maxOutputTokens: tokensMax,
    messages: turns.map((turn) => message(turns, turn)),
    allowSystemInMessages: true,
    onError: () => {},
    ...(tools.length && { tools: Object.fromEntries(tools.map(named)) }),
    ...(schema && { output: Output.object({ schema: jsonSchema(JSON.parse(schema)), name: 'answer' }) }),
    providerOptions: {
      tollgate: { ...(effort && { reasoningEffort: effort }), ...(searches && { web_search_options: {} }) },
    },
  };
}

const named = ({ name, description, parameters }) => [
  name,
  tool({ description, inputSchema: jsonSchema(JSON.parse(parameters)) }),
];

function message(turns, { role, text, media, calls, callId }) {
  switch (role) {
    case 'USER':
      return { role: 'user', content: [{ type: 'text', text }, ...media.map(file)] };
    case 'ASSISTANT':
      return {
        role: 'assistant',
        content: [
          ...(text ? [{ type: 'text', text }] : []),
          ...calls.map((call) => ({
            type: 'tool-call',
            toolCallId: call.id,
            toolName: call.name,
            input: JSON.parse(call.arguments),
          })),
        ],
      };
    case 'TOOL':
      return {
        role: 'tool',
        content: [{ type: 'tool-result', toolCallId: callId, toolName: nameOf(turns, callId), output: { type: 'text', value: text } }],
      };
    default:
      return { role: 'system', content: text };
  }
}

const nameOf = (turns, callId) => turns.flatMap((turn) => turn.calls).find((call) => call.id === callId).name;

function file(url) {
  const inline = /^data:([^;]+);base64,(.*)$/s.exec(url);
  return inline
    ? { type: 'file', mediaType: inline[1], data: inline[2] }
    : { type: 'image', image: new URL(url) };
}
