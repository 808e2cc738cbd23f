package dev.tollgate.pages.dashboard.members;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.organizations.MemberActions;
import dev.tollgate.customers.organizations.OrganizationStores;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyView;
import dev.tollgate.models.Catalogue;
import dev.tollgate.pages.dashboard.parts.ActionForms;
import dev.tollgate.pages.dashboard.parts.LimitState;
import dev.tollgate.pages.dashboard.parts.LimitStates;
import dev.tollgate.pages.dashboard.parts.PasswordAgain;
import dev.tollgate.pages.dashboard.parts.UsageChart;
import dev.tollgate.pages.frame.Chart;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtememberGenerated;

/** {@code /dashboard/members/{id}}: the role of a member, and the end of the membership. */
public record MemberPage(
        OrganizationStores stores,
        People people,
        AccountHistory history,
        Catalogue catalogue,
        LimitStates limits,
        InstantSource clock) {

    private static final String PATH = MembersPage.PATH + "/{member}";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(
                        PATH,
                        pages.partly(Right.MEMBERS),
                        request -> PageStep.show(page(request, find(request), Map.of()))),
                pages.post(PATH, pages.partly(Right.SET_MEMBERS), this::take));
    }

    private Members.Member find(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        Set<String> seen = stores.teams()
                .visibleTo(
                        account,
                        Objects.requireNonNull(request.visitor().person().membership()));
        return stores.members()
                .find(account, request.param("member"))
                .filter(member -> seen == null || seen.contains(member.id()))
                .orElseThrow(() -> ApiError.of(ErrorCode.INVALID_REQUEST, sentence("There is no such member."))
                        .withStatus(404)
                        .asException());
    }

    private PageStep take(PageRequest<Visitor.Member> request, Form form) {
        Members.Member member = find(request);
        if (form.text("role").equals(MemberRole.OWNER.text())) {
            String missing = PasswordAgain.complaint(people, request, form.text("password"));
            if (missing != null) {
                return PageStep.again(page(request, member, Map.of("password", missing)));
            }
        }
        return ActionForms.of(stores, MemberActions.SET, MemberActions.REMOVE)
                .take(
                        request,
                        form,
                        Map.of("member", member.id()),
                        errors -> page(request, member, errors),
                        done -> PageStep.to(
                                done.is(MemberActions.REMOVE)
                                        ? MembersPage.PATH + "?removed=1"
                                        : MembersPage.PATH + "/" + member.id() + "?saved=1"));
    }

    private List<LimitState> budgets(PageRequest<Visitor.Member> request, Members.Member member) {
        KeyOwner personal = new KeyOwner(member.id(), "", "");
        String name = member.shown();
        return limits.path(request.visitor().accountId(), "", personal, name, clock.instant());
    }

    private @Nullable Chart chart(PageRequest<Visitor.Member> request, Members.Member member) {
        return UsageChart.ofThirtyDays(
                history,
                catalogue,
                request.visitor().accountId(),
                new KeyFilter(null, null, member.id(), KeyView.ALL),
                request.visitor().person().preferences().zone(),
                clock.instant(),
                request.money());
    }

    private PageStep.Drawing page(
            PageRequest<Visitor.Member> request, Members.Member member, Map<String, String> errors) {
        boolean isOwner = request.visitor().may(Right.SET_MEMBERS);
        boolean isSelf = member.personId().equals(request.visitor().person().id());
        boolean mayChange =
                isOwner || (request.visitor().mayPartly(Right.SET_MEMBERS) && member.role() != MemberRole.OWNER);
        List<Key> keys = stores.members().keys(request.visitor().accountId(), member.id());
        List<Team> all = request.visitor().may(Right.ACCOUNT_KEYS)
                ? stores.teams().list(request.visitor().accountId())
                : List.of();
        List<Key> known = stores.members().keysMadeBy(request.visitor().accountId(), member.personId());
        List<LimitState> budgets = isSelf || request.visitor().may(Right.USAGE) ? budgets(request, member) : List.of();
        Chart chart = isSelf || request.visitor().may(Right.USAGE) ? chart(request, member) : null;
        Instant now = clock.instant();
        LimitStates.All states = limits.all(request.visitor().accountId(), keys, now);
        Map<Team, Team.Fellow> inTeams = teams(request, member);
        boolean isKeysSeen = isSelf || request.visitor().may(Right.KEYS);
        boolean isProved = people.sessions().isProved(request.visitor().session());
        @Nullable String said = request.query("saved") != null && errors.isEmpty() ? say("Saved.") : null;
        return (out, shell) -> JtememberGenerated.render(
                out,
                null,
                shell,
                member,
                new Rights(mayChange, isOwner, isSelf, isProved, isKeysSeen),
                new Belongings(keys, all, known, inTeams, budgets, states, chart),
                new Note(errors, said, now));
    }

    /** Returns the member's teams that the visitor sees, with the role there. */
    private Map<Team, Team.Fellow> teams(PageRequest<Visitor.Member> request, Members.Member member) {
        String account = request.visitor().accountId();
        Membership membership =
                Objects.requireNonNull(request.visitor().person().membership());
        Map<String, List<Team.Fellow>> fellows = stores.teams().fellows(account);
        Map<Team, Team.Fellow> teams = new LinkedHashMap<>();
        for (Team team : stores.teams().list(account)) {
            List<Team.Fellow> its = fellows.getOrDefault(team.id(), List.of());
            if (TeamsPage.isSeen(membership, its)) {
                its.stream()
                        .filter(fellow -> fellow.memberId().equals(member.id()))
                        .forEach(fellow -> teams.put(team, fellow));
            }
        }
        return teams;
    }

    /** The rights of the visitor over the member. */
    public record Rights(boolean mayChange, boolean owner, boolean self, boolean proved, boolean keysSeen) {}

    /** The keys, the teams and the limits of the member. */
    public record Belongings(
            List<Key> keys,
            List<Team> teams,
            List<Key> known,
            Map<Team, Team.Fellow> inTeams,
            List<LimitState> budgets,
            LimitStates.All states,
            @Nullable Chart chart) {}

    /** The result of the last form, and the time. */
    public record Note(Map<String, String> errors, @Nullable String said, Instant now) {}
}
