package dev.tollgate.pages.dashboard.members;

import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Route;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JteauditlogGenerated;

/** {@code /dashboard/audit-log}: what the members and keys of an organization have changed in it, the newest first. */
public record AuditLogPage(AccountLog log, Members members) {

    private static final String PATH = "/dashboard/audit-log";
    private static final int LINES = 50;

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH, pages.members(Right.AUDIT_LOG), this::show));
    }

    /** A row. @param who a login, or the id @param what the change in words */
    public record Row(AccountLog.Line line, String who, String subject, String what) {}

    private PageStep show(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        String before = request.query("before");
        boolean isNumber = before != null && before.matches("[0-9]{1,18}");
        List<AccountLog.Line> lines =
                log.page(account, isNumber ? Long.parseLong(String.valueOf(before)) : Long.MAX_VALUE, LINES);
        Map<String, String> names = members.names(account);
        List<Row> rows = lines.stream()
                .map(line -> new Row(
                        line,
                        names.getOrDefault(line.actor(), line.actor()),
                        names.getOrDefault(line.subject(), line.subject()),
                        what(line)))
                .toList();
        String older = lines.size() < LINES
                ? null
                : PATH + "?before=" + lines.getLast().number();
        String newest = isNumber ? PATH : null;
        return PageStep.show((out, shell) -> JteauditlogGenerated.render(out, null, shell, rows, newest, older));
    }

    private static String what(AccountLog.Line line) {
        String before = text(line.beforeJson());
        String after = text(line.afterJson());
        if (before.isEmpty() || after.isEmpty()) {
            return before.isEmpty() ? after : "was " + before;
        }
        return before + " → " + after;
    }

    /** Returns JSON of one level as a person reads it. */
    private static String text(@Nullable String json) {
        return json == null
                ? ""
                : json.replaceAll("[{}\"]", "").replace(":", ": ").replace(",", ", ");
    }
}
