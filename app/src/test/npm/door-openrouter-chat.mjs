// OpenRouter's SDK: chat, whole and as a stream, with thoughts and a call of a tool, and the balance. It throws for each member that it knows in another form.
import { OpenRouter } from '@openrouter/sdk';

const weather = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};

export async function tried({ url, key, model }) {
  const sdk = new OpenRouter({ apiKey: key, serverURL: url + '/v1', retryConfig: { strategy: 'none' } });
  const ask = (content, more) =>
    sdk.chat.send({ chatRequest: { model, messages: [{ role: 'user', content }], reasoning: { effort: 'high' }, ...more } });
  const whole = async (...question) => {
    const { choices, usage, systemFingerprint } = await ask(...question);
    const { content, reasoning, toolCalls } = choices[0].message;
    const names = (toolCalls ?? []).map((it) => it.function.name);
    return [content, reasoning?.length > 0, names, choices[0].finishReason, usage.totalTokens > 0, systemFingerprint];
  };
  const streamed = async (content, more) => {
    const came = ['', false, [], '', false];
    for await (const { choices, usage } of await ask(content, { stream: true, ...more })) {
      const { delta, finishReason } = choices[0] ?? { delta: {} };
      came[0] += delta.content ?? '';
      came[1] ||= delta.reasoning?.length > 0;
      came[2].push(...(delta.toolCalls ?? []).map((it) => it.function.name));
      came[3] += finishReason ?? '';
      came[4] ||= usage?.totalTokens > 0;
    }
    return came;
  };
  const { totalCredits, totalUsage } = (await sdk.credits.getCredits()).data;
  return {
    said: await whole('Say: héllo 世界'),
    called: await whole('What is the weather in Oslo?', { tools: [weather] }),
    streamed: await streamed('Say: héllo 世界'),
    calledInStream: await streamed('What is the weather in Oslo?', { tools: [weather] }),
    balance: totalCredits > totalUsage,
  };
}
