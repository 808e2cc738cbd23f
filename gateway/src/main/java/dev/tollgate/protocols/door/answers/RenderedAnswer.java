package dev.tollgate.protocols.door.answers;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The common part of streamed and whole responses of all conversation doors. Confined to its call. */
abstract class RenderedAnswer implements Sink {

    final Outlet outlet;
    final AnswerHeaders headers;
    final PacedAnswer paced;
    private final Function<@Nullable String, ? extends Renderer> renderers;
    private @Nullable String taskId;
    private @Nullable Renderer renderer;

    RenderedAnswer(Outlet outlet, Function<@Nullable String, ? extends Renderer> renderers) {
        this.outlet = outlet;
        this.headers = new AnswerHeaders(outlet);
        this.paced = new PacedAnswer(outlet);
        this.renderers = renderers;
    }

    /** Returns the renderer of the current response. */
    final Renderer renderer() {
        Renderer known = renderer == null ? renderers.apply(taskId) : renderer;
        renderer = known;
        return known;
    }

    /** Goes on with another response. @param other null for a new one */
    final void goOnWith(@Nullable Renderer other) {
        renderer = other;
    }

    @Override
    public final void admitted(Admission admission) {
        taskId = admission.taskId();
        headers.admitted(admission);
        renderer().head(headers);
    }

    @Override
    public void ignoring(List<String> fields) {
        headers.ignoring(fields);
    }

    @Override
    public void answering(int attempts) {
        headers.answering(attempts);
    }

    @Override
    public final long keeps(List<UpstreamEvent> events) {
        return AnswerBudget.of(events, renderer()::keeps);
    }

    @Override
    public final @Nullable ApiError unshowable() {
        return renderer().unshowable();
    }

    @Override
    public final List<SignedPart> signed() {
        return renderer().signed();
    }

    @Override
    public final boolean isMidway() {
        return paced.isMidway();
    }

    @Override
    public final boolean isSending() {
        return paced.isSending();
    }

    @Override
    public final void onSent(Runnable then) {
        paced.onSent(then);
    }

    @Override
    public final void cut() {
        outlet.fail(ApiError.of(ErrorCode.INTERNAL_ERROR, "An internal error occurred."));
    }
}
