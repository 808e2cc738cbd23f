package dev.tollgate.pages.console.server;

import dev.tollgate.base.fields.WrittenTime;
import dev.tollgate.base.host.UrlText;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.customers.figures.CsvColumns;
import dev.tollgate.customers.figures.NamesOfIds;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Person;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.server.AuditLogRoutes;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.DeedChange;
import dev.tollgate.pages.console.parts.DeedLine;
import dev.tollgate.pages.console.parts.DeedWords;
import dev.tollgate.pages.frame.PageFile;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import templates.console.JteauditGenerated;

/**
 * {@code /console/audit}: who has done what to whom, when, from where and why, with the names of now and in the words of pages, the newest first.
 * {@code .csv} has all that the filters let through, each row also as it is kept.
 */
public record ConsoleAudit(AuditLog log, NamesOfIds names, AccountList accounts, People people) {

    private static final int PAGE = 50;

    /** Rows of the file that are read at once: each names a few ids. */
    private static final int ROWS_AT_ONCE = 500;

    private static final int TYPED_CHARS_MAX = 200;

    /** Whoever's name begins so is meant. */
    private static final int ACCOUNTS_MAX = 20;

    private record AuditRow(AuditLog.Line line, DeedLine deed) {}

    private static final CsvColumns<AuditRow> FILE = AuditLogRoutes.columns(AuditRow::line)
            .text("who", it -> it.deed.who())
            .text("what", it -> it.deed.what())
            .text("whom", it -> it.deed.whom())
            .text("changes", it -> DeedChange.line(it.deed.changes()));

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(ConsolePaths.AUDIT, pages.operators(), this::show),
                pages.file(ConsolePaths.AUDIT + ".csv", pages.operators(), this::file));
    }

    /** The filters from the URL, as typed; empty texts for no filter. Days are in the reader's zone. */
    public record Wanted(String who, String what, String subject, String from, String to) {

        private static Wanted of(PageRequest<?> request) {
            return new Wanted(
                    typed(request, "who"),
                    typed(request, "what"),
                    typed(request, "subject"),
                    typed(request, "from"),
                    typed(request, "to"));
        }

        private static String typed(PageRequest<?> request, String name) {
            String text = request.query(name);
            return text == null || text.length() > TYPED_CHARS_MAX ? "" : text.strip();
        }

        public boolean isAll() {
            return query().isEmpty();
        }

        /** Returns the filter as a query; empty for all rows. */
        public String query() {
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("who", who);
            fields.put("what", what);
            fields.put("subject", subject);
            fields.put("from", from);
            fields.put("to", to);
            return fields.entrySet().stream()
                    .filter(field -> !field.getValue().isEmpty())
                    .map(field -> field.getKey() + "=" + UrlText.encoded(field.getValue()))
                    .collect(Collectors.joining("&"));
        }
    }

    private AuditLog.Filter filter(Wanted wanted, ZoneId zone) {
        LocalDate last = WrittenTime.date(wanted.to());
        return new AuditLog.Filter(
                actor(wanted.who()),
                wanted.what().isEmpty() ? null : wanted.what(),
                null,
                subjects(wanted.subject()),
                start(WrittenTime.date(wanted.from()), zone),
                last == null ? null : start(last.plusDays(1), zone));
    }

    /** Returns the actor as the log stores it: people are typed by their login. */
    private @Nullable String actor(String typed) {
        return typed.isEmpty()
                ? null
                : people.byLogin(typed.toLowerCase(Locale.ROOT)).map(Person::id).orElse(typed);
    }

    /** Returns the ids that the typed text can name: the text itself and each account that it finds. */
    private Set<String> subjects(String typed) {
        if (typed.isEmpty()) {
            return Set.of();
        }
        Set<String> subjects = new HashSet<>(Set.of(typed));
        if (names.of(Set.of(typed)).isEmpty()) {
            accounts.find(typed, ACCOUNTS_MAX).forEach(account -> subjects.add(account.id()));
        }
        return subjects;
    }

    private static @Nullable Instant start(@Nullable LocalDate day, ZoneId zone) {
        return day == null ? null : day.atStartOfDay(zone).toInstant();
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        ZoneId zone = request.visitor().person().preferences().zone();
        Wanted wanted = Wanted.of(request);
        String before = request.query("before");
        long from = before != null && before.matches("[0-9]{1,18}") ? Long.parseLong(before) : Long.MAX_VALUE;
        List<AuditLog.Line> lines = log.page(filter(wanted, zone), from, PAGE + 1);
        boolean isMore = lines.size() > PAGE;
        List<AuditLog.Line> shown = isMore ? lines.subList(0, PAGE) : lines;
        String older = isMore
                ? ConsolePaths.AUDIT + "?" + (wanted.isAll() ? "" : wanted.query() + "&") + "before="
                        + shown.getLast().sequence()
                : null;
        List<DeedLine> deeds = DeedLine.of(shown, names, zone);
        List<String> actors = actors(request);
        boolean isFirst = from == Long.MAX_VALUE;
        return PageStep.show((out, shell) -> JteauditGenerated.render(
                out, null, shell, new Listed(deeds, isFirst, older), wanted, new Choices(DeedWords.actions(), actors)));
    }

    /** Returns the actors that the page proposes. Others can be typed. */
    private static List<String> actors(PageRequest<Visitor.Member> request) {
        return List.of(request.visitor().person().login(), "admin key", "control socket", "command", "stripe");
    }

    private PageFile file(PageRequest<Visitor.Member> request) {
        Wanted wanted = Wanted.of(request);
        ZoneId zone = request.visitor().person().preferences().zone();
        return PageFile.csv("audit.csv", pieces -> write(filter(wanted, zone), pieces));
    }

    private void write(AuditLog.Filter filter, Predicate<String> pieces) {
        FILE.<Long>write(pieces, (before, rows) -> {
            List<AuditLog.Line> lines =
                    log.page(filter, Objects.requireNonNullElse(before, Long.MAX_VALUE), ROWS_AT_ONCE);
            List<DeedLine> deeds = DeedLine.of(lines, names, ZoneOffset.UTC);
            for (int i = 0; i < lines.size(); i++) {
                rows.add(new AuditRow(lines.get(i), deeds.get(i)));
            }
            return lines.size() < ROWS_AT_ONCE ? null : lines.getLast().sequence();
        });
    }

    /** A page of the log. */
    public record Listed(
            List<DeedLine> lines, boolean isFirst, @Nullable String older) {}

    /** The filters that can be chosen. */
    public record Choices(Map<String, Sentence> actions, List<String> actors) {}
}
