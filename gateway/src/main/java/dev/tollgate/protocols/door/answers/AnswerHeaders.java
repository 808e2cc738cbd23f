package dev.tollgate.protocols.door.answers;

import dev.tollgate.base.json.Ascii;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.models.Model;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells in headers what all protocols tell of a call, before its response begins. Confined to its call. */
public record AnswerHeaders(Outlet outlet) {

    private static final int UPSTREAM_ID_CHARS_MAX = 128;

    public void admitted(Sink.Admission admission) {
        outlet.setHeader("x-tollgate-task-id", admission.taskId());
        if (admission.maxTokensApplied() != null) {
            outlet.setHeader(
                    "x-tollgate-max-tokens", admission.maxTokensApplied().toString());
        }
        ignoring(admission.ignored());
    }

    /** Names the sold model. */
    public void model(Model model) {
        outlet.setHeader("x-tollgate-model", model.id());
    }

    public void ignoring(List<String> fields) {
        fields.forEach(outlet::ignore);
    }

    public void answering(int attempts) {
        if (attempts > 1) {
            outlet.setHeader("x-tollgate-attempts", Integer.toString(attempts));
        }
    }

    /** Sends the upstream's id of the response (protocol 4.4), unless a header cannot hold it. @param first the upstream's first event */
    public void upstreamId(@Nullable UpstreamEvent first) {
        if (first instanceof UpstreamEvent.Started started
                && started.responseId() != null
                && Ascii.isWord(started.responseId(), UPSTREAM_ID_CHARS_MAX, "._:+/=-")) {
            outlet.setHeader("x-upstream-response-id", started.responseId());
        }
    }
}
