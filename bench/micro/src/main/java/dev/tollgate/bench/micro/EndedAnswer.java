package dev.tollgate.bench.micro;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.calls.metering.CallOutcome;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.OverCall;
import dev.tollgate.calls.metering.CallStep;
import dev.tollgate.calls.metering.CallSteps;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.util.List;
import java.util.Set;

/** A whole answer that was streamed and charged. */
final class EndedAnswer {

    private EndedAnswer() {}

    static OverCall of(MeteredCall request) {
        CallSteps steps = new CallSteps();
        steps.take(CallStep.STARTED, 300);
        steps.take(CallStep.RESERVING, 301);
        steps.take(CallStep.RESERVED, 330);
        steps.take(CallStep.ASKED, 331);
        steps.take(CallStep.HEARD, 300_000);
        steps.take(CallStep.SHOWN, 300_050);
        steps.take(CallStep.DONE, 900_000);
        steps.take(CallStep.OFFERED, 900_050);
        steps.take(CallStep.OVER, 901_500);
        return new OverCall(
                "task_1",
                request,
                CallOutcome.COMPLETED,
                null,
                true,
                steps,
                new OverCall.Charge(Usage.of(1_000, 1_000, 200), 500_000, 0, Set.of(), false, ServiceTier.STANDARD),
                List.of(new OverCall.Cost("main", 230_000)),
                List.of(),
                null,
                "main",
                "gemini-2.5-pro",
                null,
                FinishReason.STOP,
                List.of(),
                0,
                0);
    }
}
