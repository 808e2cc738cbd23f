package dev.tollgate.calls.schema;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.http.limits.Workers;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/** Checks texts against schemas on threads of its own, in turns by account. Thread-safe. */
public final class SchemaChecks implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SchemaChecks.class);

    /**
     * The limits of waiting checks. A check beyond them is skipped, so that its response is not late. One account may queue few, so that others find
     * room.
     */
    static final FairTurns.Bounds TURNS = Workers.halfOfTheCores(256, 16);

    private final Workers workers = new Workers(TURNS, Workers.threads("schema-check", SchemaCheck.STACK_BYTES));

    /**
     * @param accountId the account whose turn the check takes
     * @param texts each must be one JSON value that fits
     * @param then called once, on a worker or the calling thread, but not if the check was cancelled while it waited
     * @return cancels the check if it has not started
     */
    public Runnable check(String accountId, ObjectNode schema, List<String> texts, Consumer<Verdict> then) {
        Workers.Job<Verdict> job = workers.start(accountId, _ -> {
            Verdict verdict = verdict(schema, texts);
            then.accept(verdict);
            return verdict;
        });
        if (job == null) {
            then.accept(Verdict.UNDECIDED);
            return () -> {};
        }
        return job::cancel;
    }

    private static Verdict verdict(ObjectNode schema, List<String> texts) {
        try {
            return new SchemaCheck(schema).of(texts);
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            log.error("a schema could not be checked", e);
            return Verdict.UNDECIDED;
        }
    }

    @Override
    public void close() {
        workers.close();
    }
}
