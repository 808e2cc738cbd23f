package dev.tollgate.pages.dashboard.billing;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;
import static dev.tollgate.pages.frame.Money.DOLLARS;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.ledger.Entry;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.CsvExport;
import dev.tollgate.customers.figures.CsvExport.Names;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.LedgerPage.LedgerLine;
import dev.tollgate.customers.figures.MonthStatement;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageGroup;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.customers.payments.Party;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Route;
import dev.tollgate.keys.KeyView;
import dev.tollgate.keys.Keys;
import dev.tollgate.pages.dashboard.billing.StatementPages.Charges;
import dev.tollgate.pages.dashboard.parts.FileName;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.dashboard.parts.OwnerNames;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.Cell;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageFile;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtestatementGenerated;

/** {@code /dashboard/billing/statements/{month}}, and the same as a file: a month in UTC. */
public record StatementPages(AccountHistory history, Payments payments, Keys keys, OwnerNames.Reader owners) {

    private static final String PATH = BillingPages.PATH + "/statements/";
    private static final String MONTH = "month";
    private static final List<File> FILES = List.of(
            new File(By.TEAM, sentence("by team")),
            new File(By.KEY, sentence("by key")),
            new File(By.MEMBER, sentence("by member")));
    private static final int LINES = 50;
    private static final int LINES_MAX = 50;
    private static final int MONTH_CHARS = 7;

    /** A file of a month's charges. @param name of its link */
    private record File(By by, Sentence name) {

        String path(String month) {
            return PATH + month + "/by-" + by.word() + ".csv";
        }
    }

    public List<Route<?>> routes(Pages pages) {
        List<Route<?>> routes = new ArrayList<>(List.of(
                pages.print(PATH + "{month}", pages.members(Right.BALANCE), this::show),
                pages.file(PATH + "{month}/statement.csv", pages.members(Right.BALANCE), this::file)));
        for (File file : FILES) {
            routes.add(pages.file(
                    file.path("{month}"), pages.members(Right.BALANCE), request -> file(request, file.by())));
        }
        return routes;
    }

    /** Returns the path of a month's statement. */
    public static String path(YearMonth month) {
        return PATH + month;
    }

    /** A file of a month. @param name as the page shows it */
    public record MonthFile(String name, String path) {}

    /** Returns a month's files. @param isOwned whether teams or several members share the account */
    public static List<MonthFile> files(YearMonth month, boolean isOwned) {
        MonthFile entries = new MonthFile(say("all entries"), path(month) + "/statement.csv");
        return Stream.concat(
                        FILES.stream()
                                .filter(file -> isOwned || !file.by().isOwner())
                                .map(file -> new MonthFile(file.name().said(), file.path(month.toString()))),
                        Stream.of(entries))
                .toList();
    }

    /** Returns the path of a month's calls. @param by what they have in common @param id of the model, key, team or member */
    private static String calls(YearMonth month, By by, String id) {
        return PageLink.to(PageLink.REQUESTS)
                .with("range", "own")
                .with("from", month.atDay(1).toString())
                .with("to", month.atEndOfMonth().toString())
                .with("utc", "1")
                .with(by.word(), id)
                .text();
    }

    /** Returns a charge with its sign and six decimals; nothing has no minus. */
    private static String taken(long micros) {
        return (micros == 0 ? "" : "−") + Display.exact(micros);
    }

    /**
     * A table of the month's charges by key, team or member.
     *
     * @param by what its lines are
     * @param head of the column with their names
     * @param total the name of their sum
     */
    public record Charges(By by, String title, String head, String total, List<Line> lines) {}

    /** A line of charges. @param href its calls; null for lines that are more than one key, and for keys without an owner */
    public record Line(@Nullable String href, String name, Figures figures) {}

    /** A line of a table. */
    public record Item(Cell name, Cell calls, String credits, String dollars, boolean isSum) {

        private static Item ofCalls(Cell name, Figures figures, boolean isSum) {
            long micros = figures.chargedMicros();
            Cell calls = Cell.of(Display.number(figures.calls()));
            return new Item(name, calls, taken(micros), DOLLARS.sum(-micros), isSum);
        }

        private static Item sum(String name, long micros, String sign) {
            return new Item(Cell.of(name), Cell.EMPTY, sign + Display.exact(micros), sign + DOLLARS.sum(micros), true);
        }
    }

    /** Returns the lines of a statement. @param beside the entries that belong to no call */
    public static List<Item> items(MonthStatement statement, List<LedgerLine> beside) {
        List<Item> items = new ArrayList<>();
        items.add(Item.sum(say("Balance at the beginning"), statement.openingMicros(), ""));
        for (LedgerLine line : beside) {
            Entry entry = line.entry();
            Cell name = Cell.of(EntryWords.inLedger(line))
                    .note(Display.time(entry.at(), ZoneOffset.UTC))
                    .under(EntryWords.about(line));
            items.add(new Item(
                    name, Cell.EMPTY, EntryWords.change(entry), DOLLARS.difference(entry.amountMicros()), false));
        }
        for (UsageGroup group : statement.usage()) {
            String model = Objects.requireNonNull(group.model());
            Cell name = Cell.link(calls(statement.month(), By.MODEL, model), say("{model} calls", model));
            items.add(Item.ofCalls(name, group.figures(), false));
        }
        items.add(Item.ofCalls(Cell.of(say("Total calls")), statement.all(), true));
        long moved = statement.movedMicros();
        items.add(Item.sum(say("Total added, refunded and corrected"), moved, moved > 0 ? "+" : ""));
        items.add(Item.sum(say("Balance at the end"), statement.closingMicros(), ""));
        return items;
    }

    /** Returns the lines of a table of charges, with their sum. */
    public static List<Item> items(MonthStatement statement, Charges table) {
        Item sum = Item.ofCalls(Cell.of(table.total()), statement.all(), true);
        return Stream.concat(
                        table.lines().stream()
                                .map(it -> Item.ofCalls(Cell.link(it.href(), it.name()), it.figures(), false)),
                        Stream.of(sum))
                .toList();
    }

    /** Returns the charges by key, and by team and member if a key has one. */
    private List<Charges> charges(String account, YearMonth month, List<UsageGroup> groups) {
        if (groups.isEmpty()) {
            return List.of();
        }
        KeyNames names = KeyNames.of(keys, account);
        List<Charges> tables = new ArrayList<>();
        tables.add(ofKeys(month, sums(groups, UsageGroup::keyId), names::name));
        Map<String, Figures> ofTeams = sums(groups, UsageGroup::teamId);
        Map<String, Figures> ofMembers = sums(groups, UsageGroup::memberId);
        if (!ofTeams.keySet().equals(Set.of("")) || !ofMembers.keySet().equals(Set.of(""))) {
            OwnerNames owned = owners.of(account, KeyView.ALL);
            tables.add(ofTeams(month, ofTeams, owned::team));
            tables.add(ofMembers(month, ofMembers, owned::member));
        }
        return tables;
    }

    private static Charges ofKeys(YearMonth month, Map<String, Figures> sums, UnaryOperator<String> name) {
        List<Line> lines = lines(month, By.KEY, sums, name, others -> say("{n} other key | {n} other keys", others));
        return new Charges(By.KEY, say("Calls by key"), say("Key"), say("Total by key"), lines);
    }

    private static Charges ofTeams(YearMonth month, Map<String, Figures> sums, UnaryOperator<String> name) {
        List<Line> lines = lines(month, By.TEAM, sums, name, others -> say("{n} other team | {n} other teams", others));
        return new Charges(By.TEAM, say("Calls by team"), say("Team"), say("Total by team"), lines);
    }

    private static Charges ofMembers(YearMonth month, Map<String, Figures> sums, UnaryOperator<String> name) {
        List<Line> lines =
                lines(month, By.MEMBER, sums, name, others -> say("{n} other member | {n} other members", others));
        return new Charges(By.MEMBER, say("Calls by member"), say("Member"), say("Total by member"), lines);
    }

    private static Map<String, Figures> sums(List<UsageGroup> groups, Function<UsageGroup, @Nullable String> id) {
        Map<String, Figures> sums = new TreeMap<>();
        groups.forEach(group -> sums.merge(Objects.requireNonNull(id.apply(group)), group.figures(), Figures::plus));
        return sums;
    }

    /** The largest charges, and one line for the others. @param rest returns the name of that line for their number */
    private static List<Line> lines(
            YearMonth month, By by, Map<String, Figures> sums, UnaryOperator<String> name, IntFunction<String> rest) {
        List<Map.Entry<String, Figures>> sorted = sums.entrySet().stream()
                .sorted(Comparator.comparingLong(
                        (Map.Entry<String, Figures> each) -> -each.getValue().chargedMicros()))
                .toList();
        List<Line> lines = new ArrayList<>();
        for (Map.Entry<String, Figures> each : sorted.subList(0, Math.min(LINES_MAX, sorted.size()))) {
            String id = each.getKey();
            lines.add(new Line(id.isEmpty() ? null : calls(month, by, id), name.apply(id), each.getValue()));
        }
        if (sorted.size() > LINES_MAX) {
            Figures others =
                    sorted.stream().skip(LINES_MAX).map(Map.Entry::getValue).reduce(Figures.NONE, Figures::plus);
            lines.add(new Line(null, rest.apply(sorted.size() - LINES_MAX), others));
        }
        return lines;
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        YearMonth month = month(request);
        MonthStatement statement = history.statement(account, month, BillingPages.cursor(request), LINES);
        List<LedgerLine> beside = statement.beside().stream()
                .filter(StatementPages::isOfTheBalance)
                .toList();
        Party contact = payments.contact(account);
        Party seller = payments.seller();
        List<Charges> charges = charges(account, month, statement.byKey());
        List<Payment> paid = paid(account, month);
        return PageStep.show((out, shell) -> JtestatementGenerated.render(
                out,
                null,
                shell,
                account,
                new Parties(seller, contact),
                new Booked(statement, beside, charges, paid),
                request.query("before") == null));
    }

    private PageFile file(PageRequest<Visitor.Member> request) {
        YearMonth month = month(request);
        String account = request.visitor().accountId();
        FileName named = FileName.of(history.name(account), account, month, "statement");
        return PageFile.csv(named.ascii(), pieces -> new CsvExport(history).statement(account, month, pieces))
                .shownAs(named.whole());
    }

    /** Returns the month's charges by key, team or member, as Usage has them. */
    private PageFile file(PageRequest<Visitor.Member> request, By by) {
        YearMonth month = month(request);
        String account = request.visitor().accountId();
        UsageQuestion question =
                UsageQuestion.of(Span.ofDays(month.atDay(1), month.plusMonths(1).atDay(1)), by);
        Names names = OwnerNames.inFiles(KeyNames.of(keys, account), owners.of(account, KeyView.ALL));
        FileName named = FileName.of(history.name(account), account, month, "by-" + by.word());
        return PageFile.csv(named.ascii(), pieces -> new CsvExport(history, names).usage(account, question, pieces))
                .shownAs(named.whole());
    }

    private List<Payment> paid(String account, YearMonth month) {
        Instant from = month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        Instant to = month.plusMonths(1).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        return payments.paid(account, from, to);
    }

    /** Returns whether an entry changes the customer's balance. Amounts that the platform covers do not. */
    private static boolean isOfTheBalance(LedgerLine line) {
        return line.amountMicros() != 0;
    }

    /** A year of four digits: a later one is no time in milliseconds. */
    private static YearMonth month(PageRequest<?> request) {
        String text = request.param(MONTH);
        try {
            return YearMonth.parse(text.length() == MONTH_CHARS ? text : "");
        } catch (DateTimeParseException e) {
            throw ApiError.of(ErrorCode.INVALID_REQUEST, sentence("There is no such month."))
                    .withStatus(404)
                    .asException();
        }
    }

    /** The two sides of a statement. */
    public record Parties(Party seller, Party contact) {}

    /** The movements of a month. */
    public record Booked(
            MonthStatement statement, List<LedgerLine> beside, List<Charges> charges, List<Payment> paid) {}
}
