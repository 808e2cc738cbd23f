package dev.tollgate.protocols.door.answers;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.calls.schema.Verdict;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A response in one body, assembled from the upstream's stream (D46); the meter bounds its size. One that does not fit its caller's schema may be replaced by a
 * second one (D48).
 */
public final class WholeAnswer extends RenderedAnswer implements Sink.Draft {

    private final SchemaChecks checks;
    private final String accountId;
    private final @Nullable ObjectNode schema;
    private final JsonPieces body = new JsonPieces();
    private @Nullable UpstreamEvent first;
    private Verdict verdict = Verdict.FITS;
    private Runnable abandoning = () -> {};
    private Runnable takingBack = () -> {};

    /**
     * @param renderers makes the renderer of each response from the task's id, which is null for a call that is refused before it has one
     * @param schema that the response must fit; null if there is none
     */
    public WholeAnswer(
            Outlet outlet,
            Function<@Nullable String, ? extends Renderer> renderers,
            SchemaChecks checks,
            String accountId,
            @Nullable ObjectNode schema) {
        super(outlet, renderers);
        this.checks = checks;
        this.accountId = accountId;
        this.schema = schema;
    }

    @Override
    public void events(List<UpstreamEvent> events) {
        first = first == null ? events.getFirst() : first;
        renderer().events(events, body);
    }

    @Override
    public End end(Completion completion) {
        renderer().end(completion, body);
        return renderer().ended(this::send);
    }

    @Override
    public void forget() {
        goOnWith(null, null, Verdict.FITS);
    }

    private void send() {
        if (verdict != Verdict.FITS) {
            outlet.setHeader("x-tollgate-schema", verdict == Verdict.MISFIT ? "mismatch" : "unchecked");
        }
        if (first != null) {
            renderer().upstream(headers, first);
        }
        paced.sendBody(body);
    }

    @Override
    public void failed(ApiError error) {
        outlet.fail(error);
    }

    @Override
    public boolean leavesWhole() {
        return true;
    }

    // ---- a response with a schema, which its texts must fit ----

    @Override
    public @Nullable Draft draft() {
        return schema == null ? null : this;
    }

    @Override
    public void check(Executor loop, Consumer<Boolean> then) {
        abandoning = checks.check(
                accountId,
                Objects.requireNonNull(schema),
                renderer().texts(),
                found -> loop.execute(() -> {
                    verdict = found;
                    then.accept(found != Verdict.MISFIT);
                }));
    }

    @Override
    public void abandon() {
        abandoning.run();
    }

    @Override
    public void beginAnew() {
        Renderer renderer = renderer();
        UpstreamEvent event = first;
        Verdict found = verdict;
        takingBack = () -> goOnWith(renderer, event, found);
        goOnWith(null, null, Verdict.FITS);
    }

    @Override
    public void takeBack() {
        takingBack.run();
    }

    private void goOnWith(@Nullable Renderer renderer, @Nullable UpstreamEvent event, Verdict found) {
        goOnWith(renderer);
        first = event;
        verdict = found;
    }
}
