package dev.tollgate.protocols.door;

import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.calls.schema.Verdict;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/** A whole response whose texts must fit a schema (D48). Confined to its call. */
public abstract class SchemaDraft implements Sink.Draft {

    private final SchemaChecks checks;
    private final String accountId;
    private final ObjectNode schema;
    private Runnable abandoning = () -> {};

    protected SchemaDraft(SchemaChecks checks, String accountId, ObjectNode schema) {
        this.checks = checks;
        this.accountId = accountId;
        this.schema = schema;
    }

    /** Returns the texts that the model ended on its own. A text that was cut reports that by its finish reason. */
    protected abstract List<String> texts();

    /** Records the result of the check. */
    protected abstract void judged(Verdict found);

    @Override
    public void check(Executor loop, Consumer<Boolean> then) {
        abandoning = checks.check(
                accountId,
                schema,
                texts(),
                found -> loop.execute(() -> {
                    judged(found);
                    then.accept(found != Verdict.MISFIT);
                }));
    }

    @Override
    public void abandon() {
        abandoning.run();
    }
}
