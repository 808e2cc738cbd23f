// OpenAI's Agents SDK, which asks for Responses.
import { Agent, OpenAIProvider, Runner, setTracingDisabled, tool } from '@openai/agents';
import { z } from 'zod';

setTracingDisabled(true);

export async function tried({ url, key, model }) {
  const asked = [];
  const weather = tool({
    name: 'get_weather',
    description: 'Tells the weather in a city',
    parameters: z.object({ city: z.string() }),
    execute: ({ city }) => {
      asked.push(city);
      return 'sunny in ' + city;
    },
  });
  const runner = new Runner({ modelProvider: new OpenAIProvider({ apiKey: key, baseURL: url + '/v1', useResponses: true }) });
  const agent = new Agent({ name: 'Forecaster', instructions: 'Be brief.', model, tools: [weather] });
  const whole = await runner.run(agent, 'What is the weather in Oslo and Bergen?');
  const stream = await runner.run(agent, 'What is the weather in Rome?', { stream: true });
  await stream.completed;
  const goesOn = await runner.run(agent, [...stream.history, { role: 'user', content: 'Say: thanks' }]);
  return { asked, answered: whole.finalOutput, streamed: stream.finalOutput, goesOn: goesOn.finalOutput };
}
