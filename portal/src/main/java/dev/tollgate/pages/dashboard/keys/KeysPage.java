package dev.tollgate.pages.dashboard.keys;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.budgets.SpendWindow.WindowUse;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageGroup;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.keys.KeyRights;
import dev.tollgate.customers.rejections.RefusedCalls;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeyView;
import dev.tollgate.keys.Keys;
import dev.tollgate.pages.dashboard.parts.BudgetBar;
import dev.tollgate.pages.dashboard.parts.ChosenRange;
import dev.tollgate.pages.dashboard.parts.FilterChoice;
import dev.tollgate.pages.dashboard.parts.LimitState;
import dev.tollgate.pages.dashboard.parts.LimitStates;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.dashboard.parts.UsageChart;
import dev.tollgate.pages.dashboard.usage.MonthSpend;
import dev.tollgate.pages.frame.Change;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Sorting;
import dev.tollgate.pages.frame.Spark;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtekeysGenerated;

/** {@code /dashboard/keys}: the account's keys, sorted by spend, the highest first. Each can be stopped from there. */
public record KeysPage(
        CustomerKeys keys,
        KeyOwners owners,
        Ledger ledger,
        AccountHistory history,
        LimitStates limits,
        RefusedCalls refused,
        InstantSource clock) {

    static final String PATH = "/dashboard/keys";

    private static final int ROWS = 30;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.partly(Right.KEYS), this::show),
                pages.post(PATH, pages.partly(Right.KEY_LIMITS), this::turn));
    }

    /**
     * A row of the list.
     *
     * @param month micro-credits, net, of the present month in the person's zone
     * @param change against the month before, to the same moment
     * @param owner the key's
     * @param days the spend of the last thirty days; null for none
     * @param refusedAt of the latest refused call, as this server knows it; null for none
     * @param limit that stops the key's calls, or will do so first; null without one
     * @param mayTurn whether the visitor may turn the key off, or on again
     */
    public record Line(
            KeyRow row,
            long month,
            Change change,
            String owner,
            @Nullable Spark days,
            @Nullable LimitState limit,
            @Nullable Instant refusedAt,
            boolean mayTurn) {

        /** Returns when the key was used last, and whether that call was refused: uses are noted to the minute. */
        public String used(Instant now) {
            Instant used = row.key().lastUsedAt();
            boolean isRefused = refusedAt != null && (used == null || !refusedAt.isBefore(used));
            return isRefused ? say("refused {ago}", Display.ago(refusedAt, now)) : Display.ago(used, now);
        }

        /** Returns whether the limit stops the calls of a key that is on. */
        public boolean stops() {
            return limit != null && limit.isSpent() && row.isOn();
        }

        private Instant usedAt() {
            return Objects.requireNonNullElse(row.key().lastUsedAt(), Instant.EPOCH);
        }

        private long percent() {
            return limit == null ? -1 : limit.isSpent() ? 101 : limit.bar().percent();
        }
    }

    private static Sorting<Line> sorting(@Nullable String chosen, @Nullable String owner) {
        return Sorting.of(
                Map.of(
                        "name", Comparator.comparing(line -> line.row().name()),
                        "month", Sorting.most(Line::month),
                        "limit", Sorting.most(Line::percent),
                        "used", Comparator.comparing(Line::usedAt).reversed()),
                chosen,
                "month",
                name -> sortedBy(name, owner).text());
    }

    private List<Line> lines(PageRequest<Visitor.Member> request, List<Key> all, Instant now) {
        String account = request.visitor().accountId();
        ZoneId zone = request.visitor().person().preferences().zone();
        MonthSpend month = MonthSpend.of(history, account, zone, now, UsageQuestion.By.KEY);
        ChosenRange range = ChosenRange.lastThirtyDays(now, zone);
        Span thirty = history.span(range.from(), range.to(), zone);
        List<UsageGroup> days = history.credits(account, thirty, UsageQuestion.By.KEY, null, KeyFilter.ALL);
        UsageChart chart = new UsageChart(range.first(), range.last(), null, List.of(), (from, to) -> "");
        Map<String, Instant> refusals = new HashMap<>();
        refused.of(account).forEach(call -> refusals.putIfAbsent(call.keyId(), call.at()));
        Membership own = KeyOwners.membership(request);
        KeyOwners.Names names = owners.names(account);
        LimitStates.All states = limits.all(account, all, now);
        return all.stream()
                .map(key -> KeyRow.of(key, now))
                .map(row -> new Line(
                        row,
                        month.micros(row.key().id()),
                        month.change(row.key().id(), request.money()),
                        names.of(row.key().owner()),
                        days.stream().anyMatch(group -> group.name()
                                        .equals(row.key().id()))
                                ? chart.spark(days, row.key().id())
                                : null,
                        states.nearest(row.key()),
                        refusals.get(row.key().id()),
                        row.key().disabled()
                                ? !row.management() && KeyRights.mayEnable(own, row.key())
                                : KeyRights.mayRestrict(own, row.key())))
                .toList();
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        KeyView view = KeyOwners.membership(request).view(Right.KEYS);
        List<Key> seen = keys.list(account, null, Keys.PAGE_MAX).stream()
                .filter(key -> view.sees(key.owner()))
                .toList();
        List<FilterChoice> choices = owners.names(account).choices(seen);
        String owner = request.query("owner");
        List<Key> all = seen.stream()
                .filter(key -> owner == null || KeyOwners.isChosen(key.owner(), owner))
                .sorted(Comparator.comparing(Key::createdAt).reversed().thenComparing(Key::id))
                .toList();
        Instant now = clock.instant();
        Sorting<Line> sorting = sorting(request.query("sort"), owner);
        List<Line> sorted = sorting.sorted(lines(request, all, now));
        int from = begin(sorted, request.query("after"));
        List<Line> shown = sorted.subList(from, Math.min(all.size(), from + ROWS));
        SpendLimits set = view.isAll() ? ledger.limits(account) : SpendLimits.NONE;
        List<BudgetBar> together = set.unlimited() ? List.of() : limits(account, set, now);
        List<LimitStates.Line> stopped = limits.lines(request.visitor().person(), request.money(), now);
        String older = from + ROWS < all.size()
                ? sortedBy(sorting.chosen(), owner)
                        .with("after", shown.getLast().row().key().id())
                        .text()
                : null;
        String newest = from > 0 ? sortedBy(sorting.chosen(), owner).text() : null;
        String said = note(request, all);
        return PageStep.show((out, shell) -> JtekeysGenerated.render(
                out,
                null,
                shell,
                new Listed(shown, sorting, choices, owner, older, newest),
                now,
                new Limits(stopped, together),
                said));
    }

    /** Returns the operator's limits for all keys of an account: the windows that have a limit. */
    private List<BudgetBar> limits(String account, SpendLimits limits, Instant now) {
        Map<SpendWindow, WindowUse> uses =
                ledger.windows(account, List.of(account), now).getOrDefault(account, Map.of());
        return BudgetBar.ofLimits("", limits, uses, now).stream()
                .filter(window -> window.limitMicros() != null)
                .toList();
    }

    private static PageLink sortedBy(String name, @Nullable String owner) {
        return PageLink.to(PATH).with("sort", name).with("owner", owner);
    }

    private static int begin(List<Line> all, @Nullable String after) {
        return IntStream.range(0, all.size())
                        .filter(i -> all.get(i).row().key().id().equals(after))
                        .findFirst()
                        .orElse(-1)
                + 1;
    }

    /** Returns the note on the action just before, by the id or the name in the address. */
    private static @Nullable String note(PageRequest<Visitor.Member> request, List<Key> all) {
        String turned = request.query("turned");
        for (Key key : all) {
            if (key.id().equals(turned)) {
                return key.disabled()
                        ? offText(key)
                        : say("Calls with '{name}' work again.", key.settings().name());
            }
        }
        return request.query("deleted") == null ? null : say("The key was deleted. Its history stays.");
    }

    static String offText(Key key) {
        return say(
                "Calls with '{name}' get a 401. You can turn it on again.",
                key.settings().name());
    }

    private PageStep turn(PageRequest<Visitor.Member> request, Form form) {
        String account = request.visitor().accountId();
        boolean off = form.field("on") == null;
        String id = form.text(off ? "off" : "on");
        Key key = keys.find(account, id).orElse(null);
        if (key != null && (off || key.settings().kind() != KeyKind.MANAGEMENT)) {
            var unused = keys.disable(PageRequest.acting(request), id, off).orThrow();
        }
        return PageStep.to(PATH + "?turned=" + UrlText.encoded(id));
    }

    /** A page of keys, and the choice of their owner. */
    public record Listed(
            List<KeysPage.Line> keys,
            Sorting<KeysPage.Line> sorting,
            List<FilterChoice> owners,
            @Nullable String owner,
            @Nullable String older,
            @Nullable String newest) {}

    /** The limits that refuse calls, and their bars. */
    public record Limits(List<LimitStates.Line> stopped, List<BudgetBar> limits) {}
}
