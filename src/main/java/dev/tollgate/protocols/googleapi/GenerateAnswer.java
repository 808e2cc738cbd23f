package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import java.util.List;

/** What both forms say before the answer. Confined to its call. */
abstract class GenerateAnswer implements Sink {

    private final Outlet outlet;

    GenerateAnswer(Outlet outlet) {
        this.outlet = outlet;
    }

    Outlet outlet() {
        return outlet;
    }

    @Override
    public final void admitted(Admission admission) {
        outlet.setHeader("x-tollgate-task-id", admission.taskId());
        if (admission.maxTokensApplied() != null) {
            outlet.setHeader(
                    "x-tollgate-max-tokens", admission.maxTokensApplied().toString());
        }
        admission.ignored().forEach(outlet::ignore);
    }

    @Override
    public final void ignoring(List<String> fields) {
        fields.forEach(outlet::ignore);
    }

    @Override
    public final void answering(int attempts) {
        if (attempts > 1) {
            outlet.setHeader("x-tollgate-attempts", Integer.toString(attempts));
        }
    }

    @Override
    public final void cut() {
        outlet.fail(ApiError.of(ErrorCode.INTERNAL_ERROR, "An internal error occurred."));
    }
}
