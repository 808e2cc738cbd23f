package dev.tollgate.operator.admin;

import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.auditlog.AuditLogCsv;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** {@code /admin/audit}: what operators have done, the newest first. */
public final class AuditLogHandler {

    private static final JsonMapper JSON = new JsonMapper();

    private final AuditLog log;

    public AuditLogHandler(AuditLog log) {
        this.log = log;
    }

    /**
     * {@code GET /admin/audit?subject=&account=&actor=&action=&from=&to=&after=&limit=}; {@code after} is the last sequence of the page before.
     */
    public Handler<Object> list() {
        return (exchange, caller) -> page(exchange, lines -> exchange.json(200, json(lines, limit(exchange))));
    }

    /** {@code GET /admin/audit.csv}, by the same parameters. */
    public Handler<Object> csv() {
        return (exchange, caller) -> page(
                exchange,
                lines -> exchange.send(200, "text/csv; charset=utf-8", OperatorRoutes.utf8(AuditLogCsv.of(lines))));
    }

    private void page(Exchange exchange, Consumer<List<AuditLog.Line>> then) {
        String account = OperatorRoutes.word(exchange, "account");
        AuditLog.Filter filter = new AuditLog.Filter(
                OperatorRoutes.name(exchange, "actor"),
                OperatorRoutes.word(exchange, "action"),
                OperatorRoutes.word(exchange, "subject"),
                account == null ? Set.of() : Set.of(account),
                OperatorRoutes.time(exchange, "from"),
                OperatorRoutes.time(exchange, "to"));
        long before = OperatorRoutes.number(exchange, "after", Long.MAX_VALUE, 1, Long.MAX_VALUE);
        int limit = limit(exchange);
        exchange.compute(() -> Records.read(() -> log.page(filter, before, limit)), then);
    }

    private static int limit(Exchange exchange) {
        return OperatorRoutes.limit(exchange, AuditLog.PAGE_MAX);
    }

    private static byte[] json(List<AuditLog.Line> lines, int limit) {
        ObjectNode list = JSON.createObjectNode();
        ArrayNode data = list.putArray("data");
        for (AuditLog.Line line : lines) {
            ObjectNode json = data.addObject();
            json.put("sequence", line.sequence())
                    .put("time", line.at().toString())
                    .put("actor", line.actor().who())
                    .put("address", line.actor().address())
                    .put("action", line.action())
                    .put("subject", line.subject());
            raw(json, "before", line.beforeJson());
            raw(json, "after", line.afterJson());
            json.put("reason", line.reason());
        }
        String next =
                lines.size() < limit ? null : Long.toString(lines.getLast().sequence());
        return JSON.writeValueAsBytes(list.put("next", next));
    }

    private static void raw(ObjectNode json, String name, @Nullable String value) {
        if (value == null) {
            json.putNull(name);
        } else {
            json.putRawValue(name, new RawValue(value));
        }
    }
}
