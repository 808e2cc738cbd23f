package dev.tollgate.console;

import dev.tollgate.deeds.AuditLog;
import dev.tollgate.deeds.AuditLogCsv;
import dev.tollgate.http.Route;
import dev.tollgate.pages.PageRequest;
import dev.tollgate.pages.PageStep;
import dev.tollgate.pages.Pages;
import dev.tollgate.pages.Texts;
import dev.tollgate.pages.Visitor;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code /console/audit}: who has done what, when, from where and why, the newest first; {@code .csv} has the newest 1,000. */
public final class ConsoleAudit {

    private static final String PATH = "/console/audit";
    private static final int PAGE = 50;

    private final AuditLog log;

    public ConsoleAudit(AuditLog log) {
        this.log = log;
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.operators(), this::show),
                Route.get(PATH + ".csv", pages.operators(), (exchange, operator) -> {
                    String subject = exchange.query("subject");
                    exchange.compute(
                            () -> AuditLogCsv.of(log.page(wanted(subject), Long.MAX_VALUE, AuditLog.PAGE_MAX)), csv -> {
                                exchange.setHeader("cache-control", "no-store");
                                exchange.setHeader("content-disposition", "attachment; filename=\"audit.csv\"");
                                exchange.send(200, "text/csv; charset=utf-8", csv.getBytes(StandardCharsets.UTF_8));
                            });
                }));
    }

    /** A deed, written out. Empty texts where there is nothing. */
    public record Line(
            String time,
            String fullTime,
            String actor,
            String address,
            String action,
            String subject,
            String before,
            String after,
            String reason) {}

    private static @Nullable String wanted(@Nullable String subject) {
        return subject == null || subject.isBlank() ? null : subject.strip();
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        ZoneId zone = request.visitor().person().preferences().zone();
        String subject = request.query("subject");
        String before = request.query("before");
        long from = before != null && before.matches("[0-9]{1,18}") ? Long.parseLong(before) : Long.MAX_VALUE;
        List<AuditLog.Line> lines = log.page(subject, from, PAGE + 1);
        boolean isMore = lines.size() > PAGE;
        List<AuditLog.Line> shown = isMore ? lines.subList(0, PAGE) : lines;
        Map<String, Object> params = new HashMap<>();
        params.put("lines", shown.stream().map(line -> line(line, zone)).toList());
        params.put("subject", Objects.requireNonNullElse(subject, ""));
        if (isMore) {
            params.put(
                    "older",
                    PATH + "?" + (subject == null ? "" : "subject=" + DeedForms.encoded(subject) + "&") + "before="
                            + shown.getLast().sequence());
        }
        return PageStep.show("console/audit.jte", params);
    }

    private static Line line(AuditLog.Line line, ZoneId zone) {
        return new Line(
                Texts.time(line.at(), zone),
                Texts.fullTime(line.at(), zone),
                line.actor().who(),
                text(line.actor().address()),
                line.action(),
                line.subject(),
                text(line.beforeJson()),
                text(line.afterJson()),
                text(line.reason()));
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }
}
