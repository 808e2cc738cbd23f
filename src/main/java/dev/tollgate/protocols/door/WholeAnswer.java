package dev.tollgate.protocols.door;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.calls.metering.SecondTry;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.calls.schema.Verdict;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A response in one body, assembled from the upstream's stream (D46); the meter bounds its size. One that does not fit its caller's schema may be replaced by a
 * second one (D48).
 */
public final class WholeAnswer extends ShownAnswer {

    private final @Nullable Draft draft;
    private @Nullable SecondTry<Tried> tries;

    /** The state of one response of the upstream. */
    private static final class Tried {

        private final Renderer renderer;
        private final JsonPieces body = new JsonPieces();
        private @Nullable UpstreamEvent first;
        private Verdict verdict = Verdict.FITS;

        Tried(Renderer renderer) {
            this.renderer = renderer;
        }
    }

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
        this.draft = schema == null ? null : new Checked(checks, accountId, schema);
    }

    private SecondTry<Tried> tries() {
        SecondTry<Tried> known = tries;
        if (known == null) {
            known = new SecondTry<>(new Tried(made()));
            tries = known;
        }
        return known;
    }

    @Override
    Renderer renderer() {
        return tries().current().renderer;
    }

    @Override
    public void events(List<UpstreamEvent> events) {
        Tried tried = tries().current();
        if (tried.first == null) {
            tried.first = events.getFirst();
        }
        tried.renderer.events(events, tried.body);
    }

    @Override
    public End end(Completion completion) {
        Tried tried = tries().current();
        tried.renderer.end(completion, tried.body);
        return tried.renderer.ended(() -> send(tried));
    }

    private void send(Tried tried) {
        if (tried.verdict != Verdict.FITS) {
            outlet.setHeader("x-tollgate-schema", tried.verdict == Verdict.MISFIT ? "mismatch" : "unchecked");
        }
        if (tried.first != null) {
            tried.renderer.upstream(headers, tried.first);
        }
        paced.sendBody(tried.body);
    }

    @Override
    public void failed(ApiError error) {
        outlet.fail(error);
    }

    @Override
    public boolean leavesWhole() {
        return true;
    }

    @Override
    public @Nullable Draft draft() {
        return draft;
    }

    @Override
    public boolean full() {
        return false;
    }

    @Override
    public void onDrain(Runnable resume) {
        // nothing waits for the caller until the body is whole
    }

    /** A response with a schema, which its texts must fit. A text that was cut reports that by its finish reason. */
    private final class Checked implements Draft {

        private final SchemaChecks checks;
        private final String accountId;
        private final ObjectNode schema;
        private Runnable abandoning = () -> {};

        Checked(SchemaChecks checks, String accountId, ObjectNode schema) {
            this.checks = checks;
            this.accountId = accountId;
            this.schema = schema;
        }

        @Override
        public void check(Executor loop, Consumer<Boolean> then) {
            Tried tried = tries().current();
            abandoning = checks.check(
                    accountId,
                    schema,
                    tried.renderer.texts(),
                    found -> loop.execute(() -> {
                        tried.verdict = found;
                        then.accept(found != Verdict.MISFIT);
                    }));
        }

        @Override
        public void abandon() {
            abandoning.run();
        }

        @Override
        public void beginAnew() {
            tries().begin(new Tried(made()));
        }

        @Override
        public void takeBack() {
            tries().takeBack();
        }
    }
}
