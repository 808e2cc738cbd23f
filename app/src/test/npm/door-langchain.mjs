// LangChain's classes for OpenAI's Responses and for Anthropic.
import { ChatAnthropic } from '@langchain/anthropic';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';

const weather = {
  name: 'get_weather',
  description: 'Tells the weather in a city',
  schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

export async function tried({ url, key, model }) {
  return {
    responses: await through(
      new ChatOpenAI({
        model,
        apiKey: key,
        maxRetries: 0,
        useResponsesApi: true,
        zdrEnabled: true,
        configuration: { baseURL: url + '/v1', maxRetries: 0 },
      }),
    ),
    messages: await through(
      new ChatAnthropic({ model, apiKey: key, anthropicApiUrl: url, maxRetries: 0, maxTokens: 4096 }),
    ),
  };
}

async function through(chat) {
  const bound = chat.bindTools([weather]);
  const messages = [new HumanMessage('What is the weather in Oslo and Bergen?')];
  const calling = await bound.invoke(messages);
  messages.push(calling);
  for (const { id, args } of calling.tool_calls) {
    messages.push(new ToolMessage({ tool_call_id: id, content: 'sunny in ' + args.city }));
  }
  const answer = await bound.invoke(messages);
  let streamed = '';
  for await (const chunk of await chat.stream('Say: héllo 世界')) {
    streamed += chunk.text;
  }
  return {
    calls: calling.tool_calls.map(({ name }) => name),
    answered: answer.text,
    streamed,
    total: answer.usage_metadata.total_tokens,
  };
}
