// The openai package.
import OpenAI from 'openai';

const client = ({ baseUrl, key }) => new OpenAI({ baseURL: baseUrl, apiKey: key, maxRetries: 0 });

export async function ask(asked, said) {
  const completions = client(asked).chat.completions;
  if (!asked.question.streams) {
    take(await completions.create(body(asked.question)), said);
    return;
  }
  const stream = completions.stream({ ...body(asked.question), stream_options: { include_usage: true } });
  stream.on('content', (piece) => (said.text += piece));
  stream.on('chunk', (chunk) => {
    const delta = chunk.choices[0]?.delta;
    said.thoughts += delta?.reasoning_content ?? '';
    said.sources.push(...urls(delta));
  });
  const whole = await stream.finalChatCompletion();
  const { thoughts, sources } = said;
  take(whole, said);
  Object.assign(said, { thoughts, sources });
}

export async function leave(asked) {
  const stream = await client(asked).chat.completions.create({ ...body(asked.question), stream: true });
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta?.content) {
      stream.controller.abort();
      return;
    }
  }
}

function take(completion, said) {
  const [{ message, finish_reason: finish }] = completion.choices;
  Object.assign(said, {
    text: message.content ?? '',
    thoughts: message.reasoning_content ?? '',
    calls: (message.tool_calls ?? []).map(({ id, function: { name, arguments: text } }) => ({ id, name, arguments: text })),
    finish,
    totalTokens: completion.usage?.total_tokens ?? 0,
    sources: urls(message),
  });
}

const urls = (message) => (message?.annotations ?? []).map((annotation) => annotation.url_citation.url);

export function body({ model, turns, tools, tokensMax, effort, searches, schema }) {
  return {
    model,
    messages: turns.map(message),
    max_completion_tokens: tokensMax,
    ...(tools.length && { tools: tools.map(tool) }),
    ...(effort && { reasoning_effort: effort }),
    ...(searches && { web_search_options: {} }),
    ...(schema && { response_format: format(schema) }),
  };
}

export function message({ role, text, media, calls, callId }) {
  switch (role) {
    case 'USER':
      return {
        role: 'user',
        content: media.length
          ? [{ type: 'text', text }, ...media.map((url) => ({ type: 'image_url', image_url: { url } }))]
          : text,
      };
    case 'ASSISTANT':
      return { role: 'assistant', content: text || null, ...(calls.length && { tool_calls: calls.map(call) }) };
    case 'TOOL':
      return { role: 'tool', tool_call_id: callId, content: text };
    default:
      return { role: 'system', content: text };
  }
}

const call = ({ id, name, arguments: text }) => ({ id, type: 'function', function: { name, arguments: text } });

export const tool = ({ name, description, parameters }) => ({
  type: 'function',
  function: { name, description, parameters: JSON.parse(parameters) },
});

const format = (schema) => ({
  type: 'json_schema',
  json_schema: { name: 'answer', strict: true, schema: JSON.parse(schema) },
});
