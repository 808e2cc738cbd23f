package dev.tollgate.calls.metering;

import dev.tollgate.base.log.CallNotes;
import dev.tollgate.models.Usage;

/** Adds the result of a call to the log line of the request that it came from. */
public final class CallLines implements CallObserver {

    @Override
    public void begun(MeteredCall request) {
        Arrival arrival = request.arrival();
        if (arrival != null) {
            arrival.watch().begun();
        }
    }

    @Override
    public void over(OverCall call) {
        Arrival arrival = call.request().arrival();
        if (arrival == null || !arrival.watch().wantsNotes()) {
            return;
        }
        Usage usage = call.usage();
        arrival.watch()
                .over(new CallNotes(
                        call.taskId(),
                        call.request().model().id(),
                        call.channel(),
                        usage == null ? 0 : usage.inputTokens(),
                        usage == null ? 0 : usage.candidatesTokens() + usage.thoughtsTokens(),
                        call.chargedMicros(),
                        call.attempts()));
    }
}
