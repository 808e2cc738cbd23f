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
 * {@code GET /v1/tasks/{id}}: one call of the key or of its owner's other keys, with its usage, price and movements (D41). A reported call may not
 * be written yet: its id is found all the same, after a commit (D58).
 */
public record TaskHandler(Tasks tasks, Ledger ledger, Writer writer) implements Handler<Caller> {

    @Override
    public void handle(Exchange exchange, Caller caller) {
        String id = CompletionIds.ofShown(exchange.pathParam("id"));
        exchange.compute(() -> Records.read(() -> find(caller, id)), found -> {
            if (found.isEmpty()) {
                exchange.fail(ApiError.of(ErrorCode.TASK_NOT_FOUND, "The task does not exist."));
            } else {
                exchange.json(200, found.get());
            }
        });
    }

    private Optional<byte[]> find(Caller caller, String id) {
        // Read first: a call written between the two would be missed by both.
        boolean unwritten = writer.hasReportedUnwritten();
        Optional<byte[]> found = findWritten(caller, id);
        if (found.isEmpty() && unwritten) {
            writer.commitAndWait(Unit.of(new Confirm(id)));
            return findWritten(caller, id);
        }
        return found;
    }

    private Optional<byte[]> findWritten(Caller caller, String id) {
        String accountId = caller.accountId();
        return tasks.find(accountId, id, caller.reads())
                .map(task -> TaskJson.render(task, ledger.entries(accountId, id)));
    }
}
