package dev.tollgate.tasks;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ErrorCode;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.ledger.Ledger;
import dev.tollgate.ledger.Records;
import java.util.Optional;

/** {@code GET /v1/tasks/{id}}: one call of the caller's account, with its usage, price and movements (D41). */
public final class TaskHandler implements Handler {

    private final Tasks tasks;
    private final Ledger ledger;

    public TaskHandler(Tasks tasks, Ledger ledger) {
        this.tasks = tasks;
        this.ledger = ledger;
    }

    @Override
    public void handle(Exchange exchange) {
        String accountId = exchange.caller().accountId();
        String id = exchange.pathParam("id");
        exchange.compute(() -> Records.read(() -> find(accountId, id)), found -> {
            if (found.isEmpty()) {
                exchange.fail(ApiError.of(ErrorCode.TASK_NOT_FOUND, "The task does not exist."));
            } else {
                exchange.json(200, found.get());
            }
        });
    }

    private Optional<byte[]> find(String accountId, String id) {
        return tasks.find(accountId, id).map(task -> TaskJson.render(task, ledger.entries(accountId, id)));
    }
}
