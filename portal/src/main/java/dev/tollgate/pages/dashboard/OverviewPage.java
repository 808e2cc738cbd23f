package dev.tollgate.pages.dashboard;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.words.TimeForm;
import dev.tollgate.books.grants.GrantsNow;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.plans.Plans;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.Overview;
import dev.tollgate.customers.figures.UsageGroup;
import dev.tollgate.customers.notices.Dismissals;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.rejections.RefusalBooks;
import dev.tollgate.customers.rejections.RefusedCall;
import dev.tollgate.customers.rejections.RefusedCalls;
import dev.tollgate.customers.rejections.RefusedCounts;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.keys.KeyView;
import dev.tollgate.keys.Keys;
import dev.tollgate.models.FirstCall;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelChange;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.SoldTo;
import dev.tollgate.pages.dashboard.parts.GrantWords;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.dashboard.parts.LimitStates;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.dashboard.parts.UsageChart;
import dev.tollgate.pages.dashboard.requests.RefusedPage;
import dev.tollgate.pages.dashboard.settings.SettingsPages;
import dev.tollgate.pages.dashboard.usage.MonthSpent;
import dev.tollgate.pages.frame.Chart;
import dev.tollgate.pages.frame.Metric;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.SwitchLink;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.words.Joined;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JteoverviewGenerated;

/**
 * {@code /dashboard}: what is left, what goes out, what is wrong.
 *
 * @param changes of the next 30 days, of models at an account's prices
 */
public record OverviewPage(
        AccountHistory history,
        Keys keys,
        Ledger ledger,
        Plans plans,
        boolean isMailOn,
        SoldTo sold,
        ModelLife life,
        RefusedCalls refused,
        RefusalBooks refusals,
        LimitStates limits,
        Function<String, List<ModelChange>> changes,
        Dismissals dismissals,
        People people) {

    private static final TimeForm LONG_DAY = TimeForm.LONG_DAY;
    private static final TimeForm DAY = TimeForm.LONG_DAY_OF_MONTH;
    private static final String CHANGES = "/dashboard/changes";
    private static final String SUBJECT = "model:";
    private static final String TOP_UP = "/dashboard/billing/top-up";
    private static final int CHART_DAYS = 30;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get("/dashboard", pages.partly(Right.USAGE), this::show),
                pages.post(CHANGES, pages.partly(Right.USAGE), this::dismissChanges));
    }

    /** The steps before the first call. @param balance what there is to begin with */
    public record Start(
            boolean hasKey, boolean hasCredits, String balance, FirstCall call, String address, String model) {}

    private PageStep show(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        ZoneId zone = request.visitor().person().preferences().zone();
        Person person = request.visitor().person();
        KeyView view = person.view(Right.USAGE);
        Scope scope = scope(request);
        Overview overview = history.overview(account, zone, scope.keys()).orElseThrow();
        List<LimitStates.Line> stopped = limits.lines(person, request.money(), overview.asOf());
        boolean isToConfirm = isMailOn && person.email() != null && person.confirmedAt() == null;
        long refusedByKeys = refusedByKeys(account, view, overview.asOf());
        Notice notice = person.may(Right.BALANCE)
                ? notice(overview, refusals.counts(account), refusedByKeys)
                : refusedNotice(refusedByKeys);
        MemberBudget budget = MemberBudget.of(ledger, person, scope.keys().teamId(), request.money(), overview.asOf());
        MonthSpent month = new MonthSpent.Reader(history, sold)
                .read(account, scope.keys(), KeyNames.of(keys, account, view), zone, request.money(), overview.asOf());
        long refusedToday = refusedToday(account, view, scope, zone, overview.asOf());
        Chart chart = overview.hasCalls() ? chart(overview, zone, request.money()) : null;
        String parts = person.may(Right.BALANCE)
                ? parts(ledger.grants(account, overview.asOf()), account, request.money(), zone)
                : null;
        Start start = overview.hasCalls() ? null : start(request, account, overview.balance(), overview.asOf());
        ModelChanges changed = changesOf(overview, account, person);
        return PageStep.show((out, shell) -> JteoverviewGenerated.render(
                        out,
                        null,
                        shell,
                        overview,
                        new Notices(stopped, isToConfirm, notice, start, refusedToday),
                        new Spending(chart, changed, budget, month, parts),
                        scope))
                .withBalance(overview.balance().balanceMicros());
    }

    private @Nullable String parts(GrantsNow grants, String account, Money money, ZoneId zone) {
        return grants.isEmpty() ? null : GrantWords.soon(grants, plans.last(account), money, zone);
    }

    /** Returns how many calls were refused since midnight: at least those that this server knows, which the books have a second later. */
    private long refusedToday(String account, KeyView view, Scope scope, ZoneId zone, Instant now) {
        Instant midnight = now.atZone(zone).toLocalDate().atStartOfDay(zone).toInstant();
        long counted = refusals.byKey(account, scope.keys(), midnight, now.plusMillis(1)).stream()
                .mapToLong(RefusalBooks.Sum::calls)
                .sum();
        return !view.isAll()
                ? counted
                : Math.max(
                        counted,
                        refused.of(account).stream()
                                .filter(call -> !call.at().isBefore(midnight))
                                .count());
    }

    /**
     * The keys whose figures are shown. An admin of a team chooses between the own ones and a team's.
     *
     * @param whose in the names of figures, such as {@code Team Support}; empty if there is no choice
     */
    public record Scope(KeyFilter keys, String whose, List<SwitchLink> choices) {}

    private Scope scope(PageRequest<Visitor.Member> request) {
        Person person = request.visitor().person();
        KeyView view = person.view(Right.USAGE);
        Membership membership = Objects.requireNonNull(person.membership());
        if (view.isAll() || membership.administers().isEmpty()) {
            return new Scope(KeyFilter.of(view), "", List.of());
        }
        String chosen = request.query("team");
        KeyFilter keys = new KeyFilter(null, null, membership.id(), view);
        String whose = say("You");
        List<SwitchLink> choices = new ArrayList<>();
        for (Team team : limits.teams().list(person.accountId())) {
            if (membership.administers().contains(team.id())) {
                boolean isChosen = team.id().equals(chosen);
                keys = isChosen ? new KeyFilter(null, team.id(), null, view) : keys;
                String name = say("Team {name}", team.name());
                whose = isChosen ? name : whose;
                choices.add(new SwitchLink(name, "/dashboard?team=" + team.id(), isChosen));
            }
        }
        choices.addFirst(new SwitchLink(say("Mine"), "/dashboard", keys.teamId() == null));
        return new Scope(keys, whose, choices);
    }

    /**
     * The coming changes of the models in use, which the person has not dismissed.
     *
     * @param text all of them in one line
     * @param keys of the changes, for the form that dismisses them
     */
    public record ModelChanges(String text, String keys) {

        static ModelChanges of(List<ModelChange> changes) {
            long models = changes.stream().map(ModelChange::model).distinct().count();
            List<String> days = changes.stream()
                    .map(ModelChange::at)
                    .sorted()
                    .map(at -> DAY.format(at.atZone(ZoneOffset.UTC)))
                    .distinct()
                    .toList();
            boolean isSame = changes.stream().allMatch(ModelChange::keepsPrice);
            return new ModelChanges(
                    Joined.sentences(
                            days.size() == 1
                                    ? say(
                                            "{n} model you use changes on {day}. | {n} models you use change on {day}.",
                                            models,
                                            days.getFirst())
                                    : say(
                                            "{n} model you use changes on {day} or later."
                                                    + " | {n} models you use change on {day} or later.",
                                            models,
                                            days.getFirst()),
                            isSame ? say("Names and prices stay.") : null),
                    changes.stream().map(ModelChange::key).collect(Collectors.joining(",")));
        }
    }

    /** Returns the coming changes of the models that were used in these days; null if there is nothing to say. */
    private @Nullable ModelChanges changesOf(Overview overview, String account, Person person) {
        Set<String> used = overview.spent().days().stream()
                .map(group -> sold.standard().find(group.name()))
                .filter(Objects::nonNull)
                .map(Model::id)
                .collect(Collectors.toSet());
        List<ModelChange> all = changes.apply(account).stream()
                .filter(change -> used.contains(change.model().id()))
                .toList();
        if (all.isEmpty()) {
            return null;
        }
        Set<String> dismissed = dismissals.dismissed(person.id());
        List<ModelChange> left = all.stream()
                .filter(change -> !dismissed.contains(SUBJECT + change.key()))
                .toList();
        return left.isEmpty() ? null : ModelChanges.of(left);
    }

    /** Dismisses the changes that the form names, until they happen. Others have come since the page was made, perhaps. */
    private PageStep dismissChanges(PageRequest<Visitor.Member> request, Form form) {
        Set<String> named = Set.copyOf(Arrays.asList(form.text("changes").split(",")));
        List<ModelChange> seen = changes.apply(request.visitor().accountId()).stream()
                .filter(change -> named.contains(change.key()))
                .toList();
        if (!seen.isEmpty()) {
            Person person = request.visitor().person();
            SettingsPages.count(people, person);
            dismissals.dismiss(
                    person.id(),
                    seen.stream().map(change -> SUBJECT + change.key()).toList(),
                    seen.stream()
                            .map(ModelChange::at)
                            .max(Comparator.naturalOrder())
                            .orElseThrow());
        }
        return PageStep.to("/dashboard");
    }

    /** A sentence about what is wrong; there is one at most. */
    public record Notice(String kind, String text, String href, String link) {}

    /** Returns how many calls with a key were refused within an hour; the playground has shown its own refusals already. */
    private long refusedByKeys(String account, KeyView view, Instant now) {
        List<RefusedCall> latest = refused.of(account);
        if (!view.isAll() && !latest.isEmpty()) {
            latest = RefusedPage.visible(latest, view, KeyNames.of(keys, account, view));
        }
        long byKeys = latest.stream()
                .filter(call -> !call.keyId().isEmpty() && call.at().isAfter(now.minus(Duration.ofHours(1))))
                .count();
        return view.isAll() && byKeys == RefusedCalls.OF_ACCOUNT_MAX
                ? refusals.counts(account).inLastHour()
                : byKeys;
    }

    /** @param byKeys refused calls of the last hour, without the playground's */
    private static @Nullable Notice notice(Overview overview, RefusedCounts counts, long byKeys) {
        long without = counts.inLastHour(ErrorCode.INSUFFICIENT_CREDITS);
        if (overview.balance().balanceMicros() == 0) {
            return new Notice(
                    "bad",
                    Joined.sentences(say("The balance is 0. Calls get 402 until you top up."), wereRefused(without)),
                    TOP_UP,
                    say("Top up"));
        }
        if (without > 0) {
            return new Notice(
                    "bad",
                    Joined.sentences(
                            say("Calls are refused (402), since the balance does not cover them."),
                            wereRefused(without)),
                    TOP_UP,
                    say("Top up"));
        }
        return refusedNotice(byKeys);
    }

    private static @Nullable Notice refusedNotice(long byKeys) {
        return byKeys == 0
                ? null
                : new Notice(
                        "warn",
                        say(
                                "{n} call was refused in the last hour. | {n} calls were refused in the last hour.",
                                byKeys),
                        RefusedPage.PATH,
                        say("See why"));
    }

    private static @Nullable String wereRefused(long calls) {
        return calls == 0 ? null : say("{n} was refused in the last hour. | {n} were refused in the last hour.", calls);
    }

    private Start start(PageRequest<?> request, String account, Balance balance, Instant now) {
        Model model = life.lasting(sold.catalogue(account, now).answering()).orElseThrow();
        return new Start(
                !keys.list(account, null, 1).isEmpty(),
                balance.balanceMicros() > 0,
                Money.CREDITS.sum(balance.balanceMicros()),
                FirstCall.of(request.address(), FirstCall.VARIABLE, model),
                request.address(),
                model.id());
    }

    private Chart chart(Overview overview, ZoneId zone, Money money) {
        LocalDate today = overview.asOf().atZone(zone).toLocalDate();
        LocalDate first = today.minusDays(CHART_DAYS - 1);
        List<UsageGroup> days = overview.spent().days().stream()
                .filter(group -> !group.date().isBefore(first))
                .toList();
        return new UsageChart(
                        first,
                        today,
                        null,
                        sold.standard().all().stream().map(Model::id).toList(),
                        (from, to) -> PageLink.to(PageLink.REQUESTS)
                                .with("range", "own")
                                .with("from", from.toString())
                                .with("to", to.toString())
                                .text())
                .of(Metric.SPEND, money, days, Function.identity());
    }

    /** Returns until when the balance lasts at the present pace; null if that is not known. */
    public static @Nullable String pace(Overview overview, ZoneId zone) {
        LocalDate end = overview.emptyOn();
        if (end == null) {
            return null;
        }
        return end.isAfter(overview.asOf().atZone(zone).toLocalDate().plusYears(1))
                ? say("Lasts more than a year at the pace of the last 7 days")
                : say("Lasts until {day} at the pace of the last 7 days", LONG_DAY.format(end));
    }

    /** The cards above the figures. */
    public record Notices(
            List<LimitStates.Line> stopped,
            boolean confirm,
            @Nullable Notice notice,
            @Nullable Start start,
            long refusedToday) {}

    /** The charges of the time. @param parts of the balance that expire soon; null if none does */
    public record Spending(
            @Nullable Chart chart,
            @Nullable ModelChanges changes,
            @Nullable MemberBudget budget,
            @Nullable MonthSpent month,
            @Nullable String parts) {}
}
