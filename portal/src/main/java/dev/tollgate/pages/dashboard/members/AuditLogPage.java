package dev.tollgate.pages.dashboard.members;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.http.Route;
import dev.tollgate.keys.Keys;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JteauditlogGenerated;

/** {@code /dashboard/audit-log}: what the members and keys of an organization have changed in it, the newest first. */
public record AuditLogPage(AccountLog log, Members members, Teams teams, Keys keys) {

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
        Map<String, String> names = names(account);
        List<Row> rows = lines.stream()
                .map(line -> new Row(
                        line,
                        names.getOrDefault(line.actor(), line.actor()),
                        names.getOrDefault(line.subject(), line.subject()),
                        what(line, names)))
                .toList();
        String older = lines.size() < LINES
                ? null
                : PATH + "?before=" + lines.getLast().number();
        String newest = isNumber ? PATH : null;
        return PageStep.show((out, shell) -> JteauditlogGenerated.render(out, null, shell, rows, newest, older));
    }

    /** Returns the names of persons, memberships, teams and keys by their ids. */
    private Map<String, String> names(String account) {
        Map<String, String> names = new HashMap<>(members.names(account));
        teams.everMade(account).forEach(team -> names.put(team.id(), team.name()));
        names.putAll(KeyNames.of(keys, account).byId());
        return names;
    }

    private static String what(AccountLog.Line line, Map<String, String> names) {
        String before = text(line.beforeJson(), names);
        String after = text(line.afterJson(), names);
        if (before.isEmpty() || after.isEmpty()) {
            return before.isEmpty() ? after : "was " + before;
        }
        return before + " → " + after;
    }

    /** Returns JSON as a person reads it, with names instead of ids. */
    private static String text(@Nullable String json, Map<String, String> names) {
        if (json == null) {
            return "";
        }
        List<String> members = new ArrayList<>();
        ApiJson.MAPPER.readTree(json).properties().forEach(member -> {
            String value = member.getValue().isString()
                    ? member.getValue().asString()
                    : member.getValue().toString();
            members.add(member.getKey() + ": " + names.getOrDefault(value, value));
        });
        return String.join(", ", members);
    }
}
