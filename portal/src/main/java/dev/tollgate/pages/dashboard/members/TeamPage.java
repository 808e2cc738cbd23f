package dev.tollgate.pages.dashboard.members;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.organizations.OrganizationStores;
import dev.tollgate.customers.organizations.TeamActions;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyView;
import dev.tollgate.keys.Keys;
import dev.tollgate.models.SoldTo;
import dev.tollgate.pages.dashboard.parts.ActionForms;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.dashboard.parts.LimitState;
import dev.tollgate.pages.dashboard.parts.LimitStates;
import dev.tollgate.pages.dashboard.parts.UsageChart;
import dev.tollgate.pages.dashboard.usage.MonthPace;
import dev.tollgate.pages.dashboard.usage.MonthSpent;
import dev.tollgate.pages.frame.Chart;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JteteamGenerated;

/** {@code /dashboard/teams/{id}}: the people and the keys of a team, its name, and its end. */
public record TeamPage(
        OrganizationStores stores,
        Keys keys,
        AccountHistory history,
        SoldTo sold,
        LimitStates limits,
        InstantSource clock) {

    private static final String PATH = TeamsPage.PATH + "/{team}";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(
                        PATH,
                        pages.partly(Right.MEMBERS),
                        request -> PageStep.show(page(request, find(request), Map.of()))),
                pages.post(PATH, pages.partly(Right.TEAM_PEOPLE), this::take));
    }

    /** The rights of the visitor here. @param people whether to change the team's people @param team whether to rename or archive it */
    public record May(boolean people, boolean team, boolean keys) {}

    /**
     * A team as a visitor sees it.
     *
     * @param others members who are none of its people @param keys of the team, personal ones included
     * @param teams to which the visitor may move keys
     */
    public record TeamView(
            Team team,
            May may,
            List<Team.Fellow> people,
            List<Members.Member> others,
            List<Key> keys,
            List<Team> teams) {

        public TeamView {
            people = List.copyOf(people);
            others = List.copyOf(others);
            keys = List.copyOf(keys);
            teams = List.copyOf(teams);
        }

        /** Returns the keys that no person owns. */
        public List<Key> serviceKeys() {
            return keys.stream().filter(key -> key.owner().memberId().isEmpty()).toList();
        }

        /** Returns a person's keys in the team. */
        public List<Key> keysOf(String memberId) {
            return keys.stream()
                    .filter(key -> key.owner().memberId().equals(memberId))
                    .toList();
        }
    }

    private TeamView find(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        String id = request.param("team");
        Membership membership =
                Objects.requireNonNull(request.visitor().person().membership());
        List<Team.Fellow> people = stores.teams().fellows(account).getOrDefault(id, List.of());
        Team team = stores.teams()
                .find(account, id)
                .filter(found -> TeamsPage.isSeen(membership, people))
                .orElseThrow(() -> ApiError.of(ErrorCode.INVALID_REQUEST, sentence("There is no such team."))
                        .withStatus(404)
                        .asException());
        May may = new May(
                membership.mayIn(Right.TEAM_PEOPLE, id),
                Right.TEAMS.isWhole(membership.role()),
                membership.view(Right.KEYS).sees(new KeyOwner("", id, "")));
        Set<String> inside = new HashSet<>();
        people.forEach(fellow -> inside.add(fellow.memberId()));
        List<Members.Member> others = may.people()
                ? stores.members().list(account).stream()
                        .filter(member -> !inside.contains(member.id()))
                        .toList()
                : List.of();
        List<Key> ofTeam = keys.list(account, null, Keys.PAGE_MAX).stream()
                .filter(key -> key.owner().teamId().equals(id))
                .toList();
        List<Team> all =
                Right.ACCOUNT_KEYS.isWhole(membership.role()) ? stores.teams().list(account) : List.of();
        return new TeamView(team, may, people, others, ofTeam, all);
    }

    private PageStep take(PageRequest<Visitor.Member> request, Form form) {
        TeamView seen = find(request);
        String id = seen.team().id();
        return ActionForms.of(stores, TeamActions.PUT, TeamActions.REMOVE, TeamActions.CHANGE, TeamActions.ARCHIVE)
                .take(
                        request,
                        form,
                        Map.of("team", id),
                        errors -> page(request, seen, errors),
                        done -> PageStep.to(
                                done.is(TeamActions.ARCHIVE) ? TeamsPage.PATH + "?archived=1" : path(id) + "?saved=1"));
    }

    private static String path(String id) {
        return TeamsPage.PATH + "/" + id;
    }

    private PageStep.Drawing page(PageRequest<Visitor.Member> request, TeamView seen, Map<String, String> errors) {
        @Nullable String said = request.query("saved") != null && errors.isEmpty() ? say("Saved.") : null;
        String removed = request.query("remove");
        Team.Fellow leaver = seen.people().stream()
                .filter(fellow -> seen.may().people() && fellow.memberId().equals(removed))
                .findFirst()
                .orElse(null);
        KeyOwner service = new KeyOwner("", seen.team().id(), "");
        String account = request.visitor().accountId();
        Instant now = clock.instant();
        List<LimitState> budgets = limits.path(account, "", service, "", now);
        LimitStates.All states = limits.all(account, seen.serviceKeys(), now);
        List<LimitStates.Line> refusing = limits.refusing(
                request.visitor().person(),
                request.money(),
                now,
                Set.of(seen.team().id(), Budgets.ACCOUNT));
        Chart chart = chart(request, seen.team());
        MonthSpent month = month(request, seen.team());
        Map<String, Long> people = month == null ? Map.of() : people(request, seen.team());
        return (out, shell) -> JteteamGenerated.render(
                out,
                null,
                shell,
                seen,
                new Note(leaver, errors, said),
                new Limits(budgets, states, refusing, now),
                new Spending(chart, month, people));
    }

    /** Returns the spend of the present month; null if the visitor does not see it. */
    private @Nullable MonthSpent month(PageRequest<Visitor.Member> request, Team team) {
        return isSpendSeen(request, team)
                ? new MonthSpent.Reader(history, sold)
                        .read(
                                team.accountId(),
                                keysOf(team),
                                KeyNames.of(keys, team.accountId()),
                                zone(request),
                                request.money(),
                                clock.instant())
                : null;
    }

    /** Returns what each person's keys in the team have spent in the present month, by the ids of memberships. */
    private Map<String, Long> people(PageRequest<Visitor.Member> request, Team team) {
        Span span = MonthPace.span(history, zone(request), clock.instant());
        return history.spent(team.accountId(), UsageQuestion.of(span, keysOf(team), UsageQuestion.By.MEMBER));
    }

    private static KeyFilter keysOf(Team team) {
        return new KeyFilter(null, team.id(), null, KeyView.ALL);
    }

    private static ZoneId zone(PageRequest<Visitor.Member> request) {
        return request.visitor().person().preferences().zone();
    }

    private static boolean isSpendSeen(PageRequest<Visitor.Member> request, Team team) {
        return request.visitor().person().view(Right.USAGE).sees(new KeyOwner("", team.id(), ""));
    }

    /** Returns the team's spend; null if there is none, or the visitor does not see it. */
    private @Nullable Chart chart(PageRequest<Visitor.Member> request, Team team) {
        return isSpendSeen(request, team)
                ? UsageChart.ofThirtyDays(
                        history,
                        sold.standard(),
                        team.accountId(),
                        keysOf(team),
                        zone(request),
                        clock.instant(),
                        request.money())
                : null;
    }

    /** The limits of a team and its keys, at a time. */
    public record Limits(
            List<LimitState> budgets, LimitStates.All states, List<LimitStates.Line> refusing, Instant now) {}

    /** The charges of a team and of its members. */
    public record Spending(@Nullable Chart chart, @Nullable MonthSpent month, Map<String, Long> spent) {}

    /** The result of the last form. A leaver is about to be removed. */
    public record Note(
            Team.@Nullable Fellow leaver,
            Map<String, String> errors,
            @Nullable String said) {}
}
