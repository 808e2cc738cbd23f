package dev.tollgate.books.tasks;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.books.ledger.Reserve.Confirm;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.util.Optional;

/**
 * {@code GET /v1/tasks/{id}}: one call of the caller's account, with its usage, price and movements (D41). A reported call may not
 * be written yet: its id is found all the same, after a commit (D58).
 */
public final class TaskHandler implements Handler<Caller> {

    private final Tasks tasks;
    private final Ledger ledger;
    private final Writer writer;

    public TaskHandler(Tasks tasks, Ledger ledger, Writer writer) {
        this.tasks = tasks;
        this.ledger = ledger;
        this.writer = writer;
    }

    @Override
    public void handle(Exchange exchange, Caller caller) {
        String accountId = caller.accountId();
        String id = CompletionIds.ofShown(exchange.pathParam("id"));
        exchange.compute(() -> Records.read(() -> find(accountId, id)), found -> {
            if (found.isEmpty()) {
                exchange.fail(ApiError.of(ErrorCode.TASK_NOT_FOUND, "The task does not exist."));
            } else {
                exchange.json(200, found.get());
            }
        });
    }

    private Optional<byte[]> find(String accountId, String id) {
        // Read first: a call written between the two would be missed by both.
        boolean unwritten = writer.hasToldUnwritten();
        Optional<byte[]> found = findWritten(accountId, id);
        if (found.isEmpty() && unwritten) {
            writer.commitAndWait(Unit.of(new Confirm(id)));
            return findWritten(accountId, id);
        }
        return found;
    }

    private Optional<byte[]> findWritten(String accountId, String id) {
        return tasks.find(accountId, id).map(task -> TaskJson.render(task, ledger.entries(accountId, id)));
    }
}
