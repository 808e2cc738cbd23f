package dev.tollgate.pages.dashboard.members;

import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.organizations.OrganizationStores;
import dev.tollgate.customers.organizations.TeamActions;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.dashboard.parts.ActionForms;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JteteamsGenerated;

/** {@code /dashboard/teams}: the teams of an organization; a member sees the own ones. */
public record TeamsPage(OrganizationStores stores, Ledger ledger, AccountHistory history, InstantSource clock) {

    static final String PATH = "/dashboard/teams";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.partly(Right.MEMBERS), request -> PageStep.show(page(request, "", Map.of()))),
                pages.post(PATH, pages.members(Right.TEAMS), this::create));
    }

    /**
     * A row of the list.
     *
     * @param monthMicros what the team's keys have spent this month; null if the visitor does not see it
     * @param limitMicros the team's budget for the month; null if it has none, or if the visitor does not see the spend
     */
    public record Row(
            Team team,
            int people,
            @Nullable Long monthMicros,
            @Nullable Long limitMicros) {}

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
        MonthSpend month = MonthSpend.ofTeams(ledger, history, account, clock.instant());
        List<Row> rows = stores.teams().list(account).stream()
                .filter(team -> isSeen(membership, fellows.getOrDefault(team.id(), List.of())))
                .map(team -> row(team, membership, fellows, month))
                .toList();
        boolean isArchived = request.query("archived") != null && errors.isEmpty();
        return (out, shell) -> JteteamsGenerated.render(out, null, shell, rows, name, errors, isArchived);
    }

    /** Returns whether a member sees a team: each one, or those that the member belongs to. */
    static boolean isSeen(Membership membership, List<Team.Fellow> fellows) {
        return Right.MEMBERS.isWhole(membership.role())
                || fellows.stream().anyMatch(fellow -> fellow.memberId().equals(membership.id()));
    }

    private static Row row(Team team, Membership membership, Map<String, List<Team.Fellow>> fellows, MonthSpend month) {
        boolean isSpendSeen = membership.mayIn(Right.USAGE, team.id());
        return new Row(
                team,
                fellows.getOrDefault(team.id(), List.of()).size(),
                isSpendSeen ? month.micros(team.id()) : null,
                isSpendSeen ? month.limit(team.id()) : null);
    }
}
