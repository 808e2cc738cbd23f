package dev.tollgate.operator.admin;

import dev.tollgate.http.Handler;
import java.time.Instant;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/books}: how far a check of the books is, or what it has found. */
public final class BooksHandler {

    private static final JsonMapper JSON = new JsonMapper();

    private final BooksCheck check;

    public BooksHandler(BooksCheck check) {
        this.check = check;
    }

    /** {@code GET /admin/books}. */
    public Handler<Object> state() {
        return (exchange, caller) -> exchange.json(200, json(check.state()));
    }

    /** {@code POST /admin/books}: begins a check unless one is under way. Reads only, so it is no deed. */
    public Handler<Object> verify() {
        return (exchange, caller) -> exchange.json(202, json(check.begin()));
    }

    private static byte[] json(BooksCheck.State state) {
        ObjectNode json = JSON.createObjectNode();
        Instant end = BooksCheck.end(state);
        switch (state) {
            case BooksCheck.Never _ -> json.put("state", "never");
            case BooksCheck.Running running ->
                json.put("state", "running")
                        .put("started_at", OperatorRoutes.seconds(running.since()))
                        .put("subject", running.subject())
                        .put("rows", running.rows());
            case BooksCheck.Done done -> {
                json.put("state", done.differences() == 0 ? "sound" : "differs")
                        .put("started_at", OperatorRoutes.seconds(done.since()))
                        .put("count", done.differences());
                ArrayNode differences = json.putArray("differences");
                done.sentences().forEach(differences::add);
            }
            case BooksCheck.Failed failed ->
                json.put("state", "failed").put("started_at", OperatorRoutes.seconds(failed.since()));
        }
        return JSON.writeValueAsBytes(json.put("ended_at", OperatorRoutes.seconds(end)));
    }
}
