package dev.tollgate.protocols.responses;

import dev.tollgate.upstreams.pool.UpstreamEvent;
import org.jspecify.annotations.Nullable;

/** Code that the provider ran, with its outputs, which follow it. The provider has no container that a caller could name. */
final class CodeItem extends OpenItem {

    private static final String TYPE = "code_interpreter_call";

    private boolean hasOutput;

    CodeItem(EventWriter events, int index, String id, String code) {
        super(events, TYPE, index, id);
        out.raw(",\"container_id\":\"provider\"");
        added(",\"status\":\"in_progress\",\"code\":\"\",\"outputs\":null}");
        states("in_progress");
        out.raw(",\"code\":");
        long from = place();
        out.string(code);
        repeating(TYPE + "_code.delta", ",\"delta\":", from, place(), "");
        repeating(TYPE + "_code.done", ",\"code\":", from, place(), "");
        states("interpreting");
        out.raw(",\"outputs\":[");
    }

    void output(String logs) {
        out.raw(hasOutput ? "," : "")
                .raw("{\"type\":\"logs\",\"logs\":")
                .string(logs)
                .raw('}');
        hasOutput = true;
    }

    @Override
    void close(String status, UpstreamEvent.@Nullable Grounding grounding) {
        out.raw("],\"status\":\"").raw(status).raw("\"}");
        if (status.equals("completed")) {
            states(status);
        }
    }
}
