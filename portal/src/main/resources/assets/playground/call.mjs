// One call, from its request to the end of its answer.

import { batches, take } from './answer.mjs';

// Returns when the turn is done, refused, stopped or broken.
// content: makes the request; server: of server.mjs; page: keeps the call once it is admitted, adds up what events charge, paints them, and
// settles an answer that ended early.
export const run = async (turn, content, signal, server, page) => {
  try {
    const request = content();
    const response = await server.ask('/playground/chat', request, signal);
    turn.task = response.headers.get('x-tollgate-task-id');
    if (!response.ok) {
      turn.state = 'refused';
      turn.status = response.status;
      Object.assign(turn, await server.refusal(response, request));
      return;
    }
    page.admitted();
    for await (const batch of batches(response.body)) {
      for (const event of batch) page.arrived(event, take(event, turn, Date.now() - turn.began));
      page.paint();
    }
    if (turn.state === 'running') turn.state = 'broken';
    if (turn.state === 'broken') await page.settle(turn);
  } catch (failure) {
    if (failure.name === 'AbortError') {
      turn.state = 'stopped';
      await page.settle(turn);
    } else if (turn.task) {
      turn.state = 'broken';
      turn.note = word('The connection was lost.');
      await page.settle(turn);
    } else {
      turn.state = 'refused';
      turn.note = word('The server could not be reached.');
    }
  }
};
