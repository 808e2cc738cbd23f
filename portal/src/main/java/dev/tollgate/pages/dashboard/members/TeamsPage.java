package dev.tollgate.pages.dashboard.members;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.UsageGroup;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.customers.organizations.OrganizationStores;
import dev.tollgate.customers.organizations.TeamActions;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.keys.Keys;
import dev.tollgate.pages.dashboard.parts.ActionForms;
import dev.tollgate.pages.dashboard.parts.ChosenRange;
import dev.tollgate.pages.dashboard.parts.LimitState;
import dev.tollgate.pages.dashboard.parts.LimitStates;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.dashboard.parts.UsageChart;
import dev.tollgate.pages.dashboard.usage.MonthSpend;
import dev.tollgate.pages.frame.Change;
import dev.tollgate.pages.frame.Chart;
import dev.tollgate.pages.frame.Metric;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.words.Joined;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JteteamsGenerated;

/** {@code /dashboard/teams}: the teams of an organization; a member sees the own ones. */
public record TeamsPage(
        OrganizationStores stores, Keys keys, LimitStates limits, AccountHistory history, InstantSource clock) {

    static final String PATH = "/dashboard/teams";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.partly(Right.MEMBERS), request -> PageStep.show(page(request, "", Map.of()))),
                pages.post(PATH, pages.members(Right.TEAMS), this::create));
    }

    /**
     * A row of the list.
     *
     * @param admins the names of its admins
     * @param keys their number; null if the visitor does not see them
     * @param monthMicros what the team's keys have spent this month; null if the visitor does not see it
     * @param change against the month before, to the same moment
     * @param budget the team's budget that refuses calls, or will first; null if it has none, or if the visitor does not see the spend
     */
    public record Row(
            Team team,
            int people,
            String admins,
            @Nullable Long keys,
            @Nullable Long monthMicros,
            Change change,
            @Nullable LimitState budget) {}

    private PageStep create(PageRequest<Visitor.Member> request, Form form) {
        return ActionForms.of(stores, TeamActions.CREATE)
                .take(
                        request,
                        form,
                        Map.of(),
                        errors -> page(request, form.text("name"), errors),
                        done -> PageStep.to(PATH + "/" + ((Team) done.value()).id()));
    }

    private PageStep.Drawing page(PageRequest<Visitor.Member> request, String name, Map<String, String> errors) {
        String account = request.visitor().accountId();
        Membership membership =
                Objects.requireNonNull(request.visitor().person().membership());
        Map<String, List<Team.Fellow>> fellows = stores.teams().fellows(account);
        Instant now = clock.instant();
        MonthSpend month = MonthSpend.of(
                history, account, limits.ledger().budgets(account, now).zone(), now, UsageQuestion.By.TEAM);
        LimitStates.All budgets = limits.all(account, List.of(), now);
        Map<String, Long> keysOf = keys.list(account, null, Keys.PAGE_MAX).stream()
                .collect(Collectors.groupingBy(key -> key.owner().teamId(), Collectors.counting()));
        List<Row> rows = stores.teams().list(account).stream()
                .filter(team -> isSeen(membership, fellows.getOrDefault(team.id(), List.of())))
                .map(team -> row(team, membership, fellows, keysOf, month, request.money(), budgets))
                .toList();
        boolean isArchived = request.query("archived") != null && errors.isEmpty();
        Chart chart = request.visitor().may(Right.USAGE) && !rows.isEmpty() ? chart(request) : null;
        return (out, shell) ->
                JteteamsGenerated.render(out, null, shell, rows, chart, new Creation(name, errors, isArchived));
    }

    /** Returns the spend of thirty days by team; null if there is none. */
    private @Nullable Chart chart(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        ChosenRange range = ChosenRange.lastThirtyDays(
                clock.instant(), request.visitor().person().preferences().zone());
        List<UsageGroup> days = history.credits(
                account, history.span(range.from(), range.to(), range.zone()), By.TEAM, null, KeyFilter.ALL);
        Map<String, String> names = new HashMap<>(Map.of("", say("No team")));
        stores.teams().everMade(account).forEach(team -> names.put(team.id(), team.name()));
        UsageChart chart = new UsageChart(
                range.first(), range.last(), null, List.of(), (from, to) -> PageLink.to(PageLink.REQUESTS)
                        .with("from", from.toString())
                        .with("to", to.toString())
                        .text());
        return days.isEmpty() ? null : chart.of(Metric.SPEND, request.money(), days, id -> names.getOrDefault(id, id));
    }

    /** Returns whether a member sees a team: each one, or those that the member belongs to. */
    static boolean isSeen(Membership membership, List<Team.Fellow> fellows) {
        return Right.MEMBERS.isWhole(membership.role())
                || fellows.stream().anyMatch(fellow -> fellow.memberId().equals(membership.id()));
    }

    private static Row row(
            Team team,
            Membership membership,
            Map<String, List<Team.Fellow>> fellows,
            Map<String, Long> keys,
            MonthSpend month,
            Money money,
            LimitStates.All budgets) {
        boolean isSpendSeen = membership.mayIn(Right.USAGE, team.id());
        String admins = Joined.facts(fellows.getOrDefault(team.id(), List.of()).stream()
                .filter(Team.Fellow::isAdmin)
                .map(Team.Fellow::name));
        return new Row(
                team,
                fellows.getOrDefault(team.id(), List.of()).size(),
                admins,
                membership.mayIn(Right.KEYS, team.id()) ? keys.getOrDefault(team.id(), 0L) : null,
                isSpendSeen ? month.micros(team.id()) : null,
                isSpendSeen ? month.change(team.id(), money) : Change.UNKNOWN,
                isSpendSeen ? budgets.nearest(team.id()) : null);
    }

    /** The form of a new team, and the note on an archived one. */
    public record Creation(String name, Map<String, String> errors, boolean archived) {}
}
