package dev.tollgate.pages.console.accounts;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.PlatformCalls;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.customers.figures.PlatformHistory.OfAccount;
import dev.tollgate.customers.figures.Span.Past;
import dev.tollgate.customers.rejections.RefusedCall;
import dev.tollgate.customers.rejections.RefusedCalls;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.models.SoldTo;
import dev.tollgate.operator.admin.accounts.AccountRoutes;
import dev.tollgate.operator.admin.accounts.OperatorAccounts;
import dev.tollgate.operator.admin.accounts.OperatorLinks;
import dev.tollgate.operator.admin.accounts.OperatorLinks.MadeLink;
import dev.tollgate.operator.admin.prices.OperatorGroups;
import dev.tollgate.operator.admin.prices.OperatorPlans;
import dev.tollgate.pages.console.accounts.ConsoleAccount.HandedLink;
import dev.tollgate.pages.console.calls.ConsoleRefused;
import dev.tollgate.pages.console.money.ConsoleRevenue;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.ConsoleRange;
import dev.tollgate.pages.console.parts.DeedForms;
import dev.tollgate.pages.console.parts.FormState;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.Change;
import dev.tollgate.pages.frame.Change.Good;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Sorting;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import templates.console.JteaccountsGenerated;

/**
 * {@code /console/accounts}: what they paid in the last 30 days, and what they have; found by mail, name, id or the beginning of a key. A search that
 * finds one account opens it; the id of a call, or of a refused one, leads to that.
 */
public record ConsoleAccounts(
        AccountList accounts,
        PlatformHistory history,
        PlatformCalls calls,
        RefusedCalls refused,
        OperatorAccounts deeds,
        OperatorLinks links,
        OperatorGroups groups,
        OperatorPlans plans,
        DeedForms forms,
        InstantSource clock) {

    private static final String SORT = "sort";
    private static final String CALLED = "called";
    private static final int PAGE = 50;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(ConsolePaths.ACCOUNTS, pages.operators(), this::list),
                pages.post(ConsolePaths.ACCOUNTS, pages.operators(), forms.proved(request -> "", this::create)));
    }

    /**
     * An account of the list.
     *
     * @param figures of the last 30 days
     * @param beforeMicros what it paid in the days that they are compared with
     * @param group its price group; null for standard prices
     * @param plan the name of its running plan; null without one
     */
    public record Line(
            AccountList.Row account,
            Figures figures,
            long beforeMicros,
            @Nullable String group,
            @Nullable String plan) {

        private Line(AccountList.Row account, Figures figures, long beforeMicros) {
            this(account, figures, beforeMicros, null, null);
        }

        public long netMicros() {
            return figures.netMicros();
        }

        public Change change(Past past, Money money) {
            return Change.ofAmount(netMicros(), beforeMicros, past, Good.UP, money);
        }

        private long difference() {
            return netMicros() - beforeMicros;
        }

        /** Returns the margin; null if the cost of a call is not known, or there are no calls. */
        public @Nullable Long marginMicros() {
            return figures.knownMarginMicros();
        }

        private long knownMargin() {
            return Objects.requireNonNullElse(marginMicros(), Long.MIN_VALUE);
        }
    }

    /**
     * The accounts of a search, or all.
     *
     * @param wanted the text of a search; empty without one
     * @param isFull whether there may be more accounts
     */
    public record Found(String wanted, int count, long netMicros, boolean isFull) {}

    /**
     * A page of the list.
     *
     * @param range of the figures
     * @param lastDays of calls, by account
     * @param today in UTC
     * @param first the page of the first lines; null if it is this one
     * @param next the page of the next lines; null for none
     */
    public record Listed(
            ConsoleRange range,
            Sorting<Line> sorting,
            List<Line> lines,
            Map<String, LocalDate> lastDays,
            LocalDate today,
            @Nullable String first,
            @Nullable String next) {

        /** Returns when an account stopped; empty if it has not. */
        public String note(Line line) {
            return ConsoleRevenue.RevenueNews.note(lastDays.get(line.account().id()), today);
        }
    }

    private record Contents(Found found, Listed listed) {}

    private PageStep list(PageRequest<Visitor.Member> request) {
        String wanted = request.query("q");
        if (wanted != null) {
            return found(request, wanted);
        }
        return PageStep.show(drawing(request, "", accounts.all(), FormState.kept(forms.kept(request))));
    }

    private PageStep found(PageRequest<Visitor.Member> request, String wanted) {
        List<AccountList.Row> found = accounts.find(wanted, PAGE);
        if (found.size() == 1) {
            return PageStep.to(ConsolePaths.ACCOUNTS + "/" + found.getFirst().id());
        }
        if (found.isEmpty()) {
            String call = calls.callNamed(wanted.strip());
            if (call != null) {
                return PageStep.to(ConsolePaths.REQUESTS + "/" + UrlText.encoded(call));
            }
            RefusedCall refusal = refused.named(wanted.strip());
            if (refusal != null) {
                return PageStep.to(ConsoleRefused.path(refusal));
            }
        }
        return PageStep.show(drawing(request, wanted, found, FormState.NONE));
    }

    private PageStep create(PageRequest<Visitor.Member> request, Form form) {
        return forms.offer(deeds, List.of(AccountRoutes.CREATE))
                .and(links, List.of(OperatorLinks.INVITE))
                .take(
                        request,
                        form,
                        Map.of(),
                        refused -> PageStep.again(drawing(request, "", accounts.all(), refused)),
                        done -> after(request, done));
    }

    private static PageStep after(PageRequest<Visitor.Member> request, DeedForms.Done done) {
        return switch (done.value()) {
            case Account made -> done.on(ConsolePaths.ACCOUNTS + "/" + made.id());
            case MadeLink made when made.path() != null -> HandedLink.page(request, made, true, ConsolePaths.ACCOUNTS);
            default -> done.on(ConsolePaths.ACCOUNTS);
        };
    }

    private PageStep.Drawing drawing(
            PageRequest<Visitor.Member> request, String wanted, List<AccountList.Row> rows, FormState form) {
        String done = DeedForms.done(request, form.error());
        boolean hasMail = links.links().isMailOn();
        String once = forms.once();
        Contents shown = contents(request, wanted, rows);
        return (out, shell) -> JteaccountsGenerated.render(
                out, null, shell, shown.found(), shown.listed(), new NewForm(form, once, done, hasMail));
    }

    private Contents contents(PageRequest<Visitor.Member> request, String wanted, List<AccountList.Row> rows) {
        Instant first = history.firstCall();
        ConsoleRange range = ConsoleRange.of(null, clock.instant()).since(first, first);
        List<Line> all = lines(rows, range);
        PageLink here = PageLink.to(ConsolePaths.ACCOUNTS).with("q", wanted);
        String sort = request.query(SORT);
        Map<String, LocalDate> days = sort == null || !sort.endsWith(CALLED)
                ? Map.of()
                : rows.size() > PAGE
                        ? history.payers().lastDays()
                        : history.payers()
                                .lastDays(rows.stream().map(AccountList.Row::id).toList());
        Sorting<Line> sorting =
                sorting(sort, days, name -> here.with(SORT, name).text());
        List<Line> sorted = sorting.sorted(all);
        int from = Math.min(ConsoleRevenue.page(request) * PAGE, sorted.size());
        List<Line> lines = whole(sorted.subList(from, Math.min(sorted.size(), from + PAGE)));
        PageLink pages = here.with(SORT, sorting.chosen());
        boolean isLast = from + PAGE >= sorted.size();
        Found found = new Found(
                wanted,
                all.size(),
                all.stream().mapToLong(Line::netMicros).sum(),
                all.size() == (wanted.isEmpty() ? AccountList.ALL_MAX : PAGE));
        Listed listed = new Listed(
                range,
                sorting,
                lines,
                history.payers()
                        .lastDays(
                                lines.stream().map(line -> line.account().id()).toList()),
                LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC),
                from == 0 ? null : pages.text(),
                isLast
                        ? null
                        : pages.with("page", Integer.toString(from / PAGE + 1)).text());
        return new Contents(found, listed);
    }

    private List<Line> lines(List<AccountList.Row> rows, ConsoleRange range) {
        Map<String, Figures> now =
                history.byAccount(range.span()).stream().collect(Collectors.toMap(OfAccount::id, OfAccount::figures));
        Map<String, Long> before = history.payers().paid(range.before());
        return rows.stream()
                .map(row -> new Line(row, now.getOrDefault(row.id(), Figures.NONE), before.getOrDefault(row.id(), 0L)))
                .toList();
    }

    /** Returns the lines of a page with who signs in, their groups and their plans. */
    private List<Line> whole(List<Line> lines) {
        Set<String> ids = lines.stream().map(line -> line.account.id()).collect(Collectors.toSet());
        Map<String, AccountList.Row> rows = accounts.rows(ids);
        Map<String, String> running = plans.stored().names(ids);
        return lines.stream()
                .map(line -> {
                    String id = line.account.id();
                    String group = groups.group(id);
                    return new Line(
                            rows.getOrDefault(id, line.account),
                            line.figures,
                            line.beforeMicros,
                            group.equals(SoldTo.STANDARD) ? null : group,
                            running.get(id));
                })
                .toList();
    }

    private static final Comparator<Line> BY_NAME = Comparator.comparing(
                    (Line line) -> line.account.name().toLowerCase(Locale.ROOT))
            .thenComparing(line -> line.account.id());

    /** @param days of the last calls; empty if the list is not sorted by them */
    private static Sorting<Line> sorting(
            @Nullable String chosen, Map<String, LocalDate> days, UnaryOperator<String> href) {
        Map<String, Comparator<Line>> orders = new HashMap<>(Map.of(
                "name",
                BY_NAME,
                "created",
                Comparator.comparing((Line line) -> line.account.createdAt()).reversed(),
                "revenue",
                Sorting.most(Line::netMicros),
                "change",
                Sorting.most(Line::difference),
                "margin",
                Sorting.most(Line::knownMargin),
                "balance",
                Sorting.most(line -> line.account.balanceMicros()),
                CALLED,
                Comparator.comparing((Line line) -> days.getOrDefault(line.account.id(), LocalDate.MIN))
                        .reversed()));
        orders.replaceAll((name, order) -> order.thenComparing(BY_NAME));
        return Sorting.of(orders, chosen, "revenue", href);
    }

    /** The forms of a new account and of an invitation. */
    public record NewForm(
            FormState form, String once, @Nullable String done, boolean mail) {}
}
