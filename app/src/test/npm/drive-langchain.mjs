// LangChain's client for OpenAI.
import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { message as plain, tool } from './drive-openai.mjs';

export async function ask(asked, said) {
  const model = runnable(asked);
  const messages = asked.question.turns.map(message);
  if (!asked.question.streams) {
    take(await model.invoke(messages), said);
    return;
  }
  let whole;
  for await (const chunk of await model.stream(messages)) {
    said.text += chunk.text;
    whole = whole ? whole.concat(chunk) : chunk;
  }
  take(whole, said);
}

export async function leave(asked) {
  const leaving = new AbortController();
  try {
    for await (const chunk of await runnable(asked).stream(asked.question.turns.map(message), { signal: leaving.signal })) {
      if (chunk.text) {
        leaving.abort();
      }
    }
  } catch (error) {
    if (!leaving.signal.aborted) {
      throw error;
    }
  }
}

function take(answer, said) {
  Object.assign(said, {
    text: answer.text,
    thoughts: answer.additional_kwargs.reasoning_content ?? '',
    calls: (answer.tool_calls ?? []).map(({ id, name, args }) => ({ id, name, arguments: JSON.stringify(args) })),
    finish: answer.response_metadata.finish_reason ?? null,
    totalTokens: answer.usage_metadata?.total_tokens ?? 0,
  });
}

function runnable({ baseUrl, key, question }) {
  const { model, tools, tokensMax, effort, searches, schema } = question;
  const chat = new ChatOpenAI({
    model,
    apiKey: key,
    maxRetries: 0,
    configuration: { baseURL: baseUrl, maxRetries: 0 },
    streamUsage: true,
    modelKwargs: {
      max_completion_tokens: tokensMax,
      ...(effort && { reasoning_effort: effort }),
      ...(searches && { web_search_options: {} }),
      ...(schema && {
        response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: JSON.parse(schema) } },
      }),
    },
  });
  return tools.length ? chat.bindTools(tools.map(tool)) : chat;
}

function message(turn) {
  const { role, text, calls, callId } = turn;
  switch (role) {
    case 'USER':
      return new HumanMessage({ content: plain(turn).content });
    case 'ASSISTANT':
      return new AIMessage({
        content: text,
        tool_calls: calls.map((call) => ({ id: call.id, name: call.name, args: JSON.parse(call.arguments), type: 'tool_call' })),
      });
    case 'TOOL':
      return new ToolMessage({ content: text, tool_call_id: callId });
    default:
      return new SystemMessage(text);
  }
}
