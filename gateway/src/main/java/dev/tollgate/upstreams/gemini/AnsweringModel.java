package dev.tollgate.upstreams.gemini;

import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamListener;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reports the answering model to {@link Succession}, and makes the call fail over to the successor if the model has retired.
 *
 * @param model the name that was asked for
 */
record AnsweringModel(Succession models, String model, UpstreamListener listener) implements UpstreamListener {

    private static final Pattern OTHER_RULES = Pattern.compile(
            "thinking budget|missing a thought_signature|multiple candidates is not enabled", Pattern.CASE_INSENSITIVE);

    /** Receives the events; the answering model is named before all others. */
    @Override
    public void events(List<UpstreamEvent> events) {
        if (events.getFirst() instanceof UpstreamEvent.Started started) {
            models.answered(model, started.modelVersion());
        }
        listener.events(events);
    }

    @Override
    public void ended() {
        listener.ended();
    }

    @Override
    public void failed(UpstreamFailure failure) {
        listener.failed(
                switch (failure.kind()) {
                    case REPLACED -> models.refused(model) ? failure : as(Kind.MISCONFIGURED, failure);
                    case REFUSED, SIGNATURE ->
                        goesByOtherRules(failure) && models.misunderstood(model) ? as(Kind.REPLACED, failure) : failure;
                    default -> failure;
                });
    }

    @Override
    public @Nullable String traceparent() {
        return listener.traceparent();
    }

    /**
     * Returns whether the upstream rejected a field. The request was checked against the model's rules, so only a successor with other
     * rules would reject it.
     */
    private static boolean goesByOtherRules(UpstreamFailure failure) {
        return OTHER_RULES.matcher(failure.detail()).find();
    }

    private static UpstreamFailure as(Kind kind, UpstreamFailure failure) {
        return new UpstreamFailure(kind, failure.retryAfter(), failure.detail());
    }
}
