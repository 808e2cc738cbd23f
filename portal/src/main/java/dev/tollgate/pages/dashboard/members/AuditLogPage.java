package dev.tollgate.pages.dashboard.members;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.fields.WrittenTime;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.CsvColumns;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.http.Route;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyView;
import dev.tollgate.keys.Keys;
import dev.tollgate.pages.dashboard.parts.FileName;
import dev.tollgate.pages.dashboard.parts.FilterChoice;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.PageFile;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JteauditlogGenerated;

/** {@code /dashboard/audit-log}: what the members and keys of an organization have changed in it, in sentences, the newest first; also as a file. */
public record AuditLogPage(AccountLog log, Members members, Teams teams, Keys keys, AccountHistory history) {

    private static final String PATH = "/dashboard/audit-log";
    private static final int LINES = 50;

    /** The kinds of changes that can be chosen: the begins of actions. */
    private static List<FilterChoice> kinds() {
        return List.of(
                new FilterChoice("key", say("Keys")),
                new FilterChoice("budget", say("Budgets")),
                new FilterChoice("team", say("Teams")),
                new FilterChoice("member", say("Members")),
                new FilterChoice("invitation", say("Invitations")),
                new FilterChoice("organization", say("Organization")),
                new FilterChoice("payment", say("Payments")),
                new FilterChoice("voucher", say("Vouchers")),
                new FilterChoice("contact", say("Billing details")),
                new FilterChoice("webhook", say("Webhooks")));
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.members(Right.AUDIT_LOG), this::show),
                pages.file(PATH + ".csv", pages.members(Right.AUDIT_LOG), this::file));
    }

    /** A row. @param who a name, or the id @param raw what the log keeps */
    public record Row(AccountLog.Line line, String who, String subject, String sentence, String raw) {

        private static Row of(AccountLog.Line line, LogSentence words) {
            String change = Stream.of(line.beforeJson(), line.afterJson())
                    .filter(Objects::nonNull)
                    .collect(Collectors.joining(" → "));
            return new Row(
                    line,
                    words.who(line.actor()),
                    words.name(line.subject()),
                    words.of(line),
                    line.number() + " " + line.action() + " " + line.subject() + " " + change);
        }
    }

    private static final CsvColumns<Row> FILE = new CsvColumns<Row>()
            .value("number", it -> it.line.number())
            .value("time", it -> it.line.at())
            .text("who", it -> it.line.actor())
            .text("who_name", Row::who)
            .text("address", it -> it.line.address())
            .text("action", it -> it.line.action())
            .text("subject", it -> it.line.subject())
            .text("subject_name", Row::subject)
            .text("sentence", Row::sentence)
            .text("before", it -> it.line.beforeJson())
            .text("after", it -> it.line.afterJson());

    /** The filters of the page: empty texts for none. */
    public record Wanted(String who, String what, String from, String to, List<FilterChoice> people) {

        private static Wanted of(PageRequest<?> request, List<FilterChoice> people) {
            return new Wanted(
                    text(request, "who"), text(request, "what"), text(request, "from"), text(request, "to"), people);
        }

        private static String text(PageRequest<?> request, String name) {
            return Objects.requireNonNullElse(request.query(name), "");
        }

        public List<FilterChoice> kinds() {
            return AuditLogPage.kinds();
        }

        public boolean isAll() {
            return (who + what + from + to).isEmpty();
        }

        /** Returns a path with the filters. */
        public String at(String path, @Nullable String before) {
            return new PageLink(path)
                    .with("who", who.isEmpty() ? null : who)
                    .with("what", what.isEmpty() ? null : what)
                    .with("from", from.isEmpty() ? null : from)
                    .with("to", to.isEmpty() ? null : to)
                    .with("before", before)
                    .text();
        }

        private AccountLog.Filter filter(ZoneId zone) {
            LocalDate first = WrittenTime.date(from);
            LocalDate last = WrittenTime.date(to);
            AccountLog.Filter all = AccountLog.Filter.ALL;
            return new AccountLog.Filter(
                    who,
                    what,
                    first == null ? all.from() : start(first, zone),
                    last == null ? all.to() : start(last.plusDays(1), zone));
        }

        private static Instant start(LocalDate day, ZoneId zone) {
            return day.atStartOfDay(zone).toInstant();
        }
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        ZoneId zone = request.visitor().person().preferences().zone();
        Wanted wanted = Wanted.of(request, people(account));
        String before = request.query("before");
        boolean isNumber = before != null && before.matches("[0-9]{1,18}");
        AccountLog.Page page = log.page(
                account,
                wanted.filter(zone),
                isNumber ? Long.parseLong(String.valueOf(before)) : Long.MAX_VALUE,
                LINES);
        LogSentence words = new LogSentence(names(account), zone);
        List<Row> rows = page.lines().stream().map(line -> Row.of(line, words)).toList();
        String older = page.next() == null ? null : wanted.at(PATH, page.next().toString());
        String newest = isNumber ? wanted.at(PATH, null) : null;
        String file = wanted.at(PATH + ".csv", null);
        return PageStep.show((out, shell) ->
                JteauditlogGenerated.render(out, null, shell, rows, wanted, new Links(file, newest, older)));
    }

    private PageFile file(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        ZoneId zone = request.visitor().person().preferences().zone();
        AccountLog.Filter filter = Wanted.of(request, List.of()).filter(zone);
        LogSentence words = new LogSentence(names(account), ZoneOffset.UTC);
        FileName named = FileName.of(history.name(account), account, "audit-log");
        return PageFile.csv(
                        named.ascii(),
                        pieces -> FILE.<Long>write(pieces, (before, rows) -> {
                            AccountLog.Page page = log.page(
                                    account,
                                    filter,
                                    Objects.requireNonNullElse(before, Long.MAX_VALUE),
                                    AccountLog.PAGE_MAX);
                            page.lines().forEach(line -> rows.add(Row.of(line, words)));
                            return page.next();
                        }))
                .shownAs(named.whole());
    }

    /** Returns who can have changed something: people, management keys and the operator. */
    private List<FilterChoice> people(String account) {
        List<FilterChoice> people = new ArrayList<>();
        members.names(account).forEach((id, name) -> {
            if (!id.startsWith("mem_")) {
                people.add(new FilterChoice(id, name));
            }
        });
        people.sort((one, other) -> one.label().compareTo(other.label()));
        keys.list(account, null, Keys.PAGE_MAX).stream()
                .filter(key -> !key.settings().scopes().isEmpty())
                .forEach(key -> people.add(new FilterChoice(
                        key.id(), say("key {name}", key.settings().name()))));
        people.add(new FilterChoice("operator", say("The operator")));
        return people;
    }

    /** Returns the names of persons, memberships, teams and keys by their ids. */
    private Map<String, String> names(String account) {
        Map<String, String> names = new HashMap<>(members.names(account));
        names.putAll(members.invited(account));
        teams.everMade(account).forEach(team -> names.put(team.id(), team.name()));
        for (Key key : keys.everMade(account, KeyView.ALL)) {
            names.put(key.id(), key.settings().name());
        }
        return names;
    }

    /** Addresses of the file and of other pages. */
    public record Links(
            String file, @Nullable String newest, @Nullable String older) {}
}
