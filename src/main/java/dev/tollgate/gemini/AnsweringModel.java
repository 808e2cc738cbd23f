package dev.tollgate.gemini;

import dev.tollgate.upstream.UpstreamEvent;
import dev.tollgate.upstream.UpstreamFailure;
import dev.tollgate.upstream.UpstreamListener;
import java.util.List;

/** Tells {@link Succession} who has answered, and the call that it has to be translated anew where the model is there no more. */
final class AnsweringModel implements UpstreamListener {

    private final Succession models;
    private final String model;
    private final UpstreamListener listener;

    /** @param model the name that was asked for */
    AnsweringModel(Succession models, String model, UpstreamListener listener) {
        this.models = models;
        this.model = model;
        this.listener = listener;
    }

    /** Who answers comes before everything else. */
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
        boolean isReplaced = failure.kind() == UpstreamFailure.Kind.REPLACED;
        listener.failed(
                isReplaced && !models.refused(model)
                        ? new UpstreamFailure(
                                UpstreamFailure.Kind.MISCONFIGURED, failure.retryAfter(), failure.detail())
                        : failure);
    }
}
