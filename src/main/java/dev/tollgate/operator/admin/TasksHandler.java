package dev.tollgate.operator.admin;

import static dev.tollgate.operator.admin.OperatorRoutes.asking;
import static dev.tollgate.operator.admin.OperatorRoutes.by;
import static dev.tollgate.operator.admin.OperatorRoutes.doing;

import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.books.ledger.Reservation;
import dev.tollgate.books.tasks.TaskJson;
import dev.tollgate.books.tasks.Tasks;
import dev.tollgate.http.Handler;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/tasks/{id}…}: one call of any account, and its refunds. */
public final class TasksHandler {

    private static final JsonMapper JSON = new JsonMapper();

    private final Deeds deeds;
    private final Ledger ledger;
    private final Tasks tasks;

    public TasksHandler(Deeds deeds, Ledger ledger, Tasks tasks) {
        this.deeds = deeds;
        this.ledger = ledger;
        this.tasks = tasks;
    }

    /** {@code GET /admin/tasks/{id}}: as its owner sees it, and whose it is. */
    public Handler<Object> one() {
        return asking(exchange -> {
            String id = exchange.pathParam("id");
            return () -> Records.read(() -> find(id))
                    .orElseThrow(() -> new Refused(Refused.Why.NOT_FOUND, "There is no call " + id + "."));
        });
    }

    private Optional<byte[]> find(String id) {
        Optional<Reservation> call = ledger.reservation(id);
        return call.flatMap(found -> tasks.find(found.accountId(), id)).map(task -> {
            ObjectNode json = (ObjectNode) JSON.readTree(TaskJson.render(task, ledger.entries(task.accountId(), id)));
            return JSON.writeValueAsBytes(json.put("account", task.accountId()).put("door", task.door()));
        });
    }

    /** {@code POST /admin/tasks/{id}/refunds {credits, reason, id}}: the account afterwards. */
    public Handler<Object> refund() {
        return doing(
                200,
                (exchange, body) -> {
                    By by = by(exchange, body);
                    String id = exchange.pathParam("id");
                    long micros = body.someCredits("credits");
                    return () -> JSON.writeValueAsBytes(AccountsHandler.json(deeds.refund(by, id, micros)));
                },
                "credits",
                "reason",
                "id");
    }
}
