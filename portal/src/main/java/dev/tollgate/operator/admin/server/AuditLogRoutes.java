package dev.tollgate.operator.admin.server;

import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.customers.figures.CsvColumns;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRequest;
import dev.tollgate.operator.admin.AdminRoute;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** {@code /admin/audit}: what operators have done, the newest first. */
public final class AuditLogRoutes {

    private static final CsvColumns<AuditLog.Line> FILE = columns(line -> line);

    private static final String[] FILTERS = {"subject", "account", "actor", "action", "from", "to", "after", "limit"};

    private final AuditLog log;

    public AuditLogRoutes(AuditLog log) {
        this.log = log;
    }

    public List<AdminRoute> routes() {
        return List.of(
                AdminRoute.get("/admin/audit", this::list, FILTERS),
                AdminRoute.get(
                        "/admin/audit.csv",
                        request ->
                                StringNode.valueOf(FILE.file(lines(request, request.limit(AuditLog.PAGE_MAX)), "\n")),
                        FILTERS));
    }

    private JsonNode list(AdminRequest request) {
        return request.page(
                AuditLog.PAGE_MAX, limit -> lines(request, limit), AuditLogRoutes::json, AuditLog.Line::sequence);
    }

    private List<AuditLog.Line> lines(AdminRequest request, int limit) {
        String account = request.word("account");
        AuditLog.Filter filter = new AuditLog.Filter(
                request.name("actor"),
                request.word("action"),
                request.word("subject"),
                account == null ? Set.of() : Set.of(account),
                request.time("from"),
                request.time("to"));
        return Records.read(() -> log.page(filter, request.before(), limit));
    }

    /** Returns the columns of a file. @param line of a row */
    public static <T> CsvColumns<T> columns(Function<T, AuditLog.Line> line) {
        return new CsvColumns<T>()
                .value("time", it -> line.apply(it).at())
                .value("sequence", it -> line.apply(it).sequence())
                .text("actor", it -> line.apply(it).actor().who())
                .text("address", it -> line.apply(it).actor().address())
                .text("action", it -> line.apply(it).action())
                .text("subject", it -> line.apply(it).subject())
                .text("before", it -> line.apply(it).beforeJson())
                .text("after", it -> line.apply(it).afterJson())
                .text("reason", it -> line.apply(it).reason());
    }

    private static ObjectNode json(AuditLog.Line line) {
        return new AdminJson()
                .number("sequence", line.sequence())
                .text("time", line.at().toString())
                .text("actor", line.actor().who())
                .text("address", line.actor().address())
                .text("action", line.action())
                .text("subject", line.subject())
                .raw("before", line.beforeJson())
                .raw("after", line.afterJson())
                .text("reason", line.reason())
                .node();
    }
}
