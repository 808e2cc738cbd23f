package dev.tollgate.operator.admin;

import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.customers.figures.CsvCells;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** {@code /admin/audit}: what operators have done, the newest first. */
public final class AuditLogRoutes {

    /** The heads of {@link #cells}, as a file begins. */
    public static final String HEADS =
            CsvCells.BEGIN + "time,sequence,actor,address,action,subject,before,after,reason";

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
                        request -> StringNode.valueOf(csv(lines(request, request.limit(AuditLog.PAGE_MAX)))),
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

    private static String csv(List<AuditLog.Line> lines) {
        StringBuilder csv = new StringBuilder(HEADS).append('\n');
        CsvCells cells = new CsvCells();
        lines.forEach(line -> csv.append(cells(cells, line).line("\n")));
        return csv.toString();
    }

    /** Adds a row's cells to a line. */
    public static CsvCells cells(CsvCells cells, AuditLog.Line line) {
        return cells.figure(line.at().toString())
                .number(line.sequence())
                .text(line.actor().who())
                .text(line.actor().address())
                .text(line.action())
                .text(line.subject())
                .text(line.beforeJson())
                .text(line.afterJson())
                .text(line.reason());
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
