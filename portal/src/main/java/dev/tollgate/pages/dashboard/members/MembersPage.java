package dev.tollgate.pages.dashboard.members;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.organizations.InvitationActions;
import dev.tollgate.customers.organizations.OrganizationStores;
import dev.tollgate.customers.people.HandedLinks.Invited;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.keys.Keys;
import dev.tollgate.pages.dashboard.parts.ActionForms;
import dev.tollgate.pages.dashboard.parts.LimitState;
import dev.tollgate.pages.dashboard.parts.LimitStates;
import dev.tollgate.pages.dashboard.usage.MonthSpend;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Sorting;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.words.Joined;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtemembersGenerated;

/**
 * {@code /dashboard/members}: who is in the organization, and who is invited; a member sees the people of the own teams.
 *
 * @param isMailOn whether invitations are mailed
 */
public record MembersPage(
        OrganizationStores stores,
        Keys keys,
        LimitStates limits,
        AccountHistory history,
        BooleanSupplier isMailOn,
        InstantSource clock) {

    static final String PATH = "/dashboard/members";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.partly(Right.MEMBERS), request -> PageStep.show(page(request, Typed.NONE))),
                pages.post(PATH, pages.partly(Right.SET_MEMBERS), this::take));
    }

    /**
     * A row of the list.
     *
     * @param teams names of the member's teams, with a mark at those that the member administers
     * @param keys the number of the member's keys; null if the visitor does not see them
     * @param monthMicros the spend of the member's keys this month; null if the visitor does not see it
     * @param budget the member's budget that refuses calls, or will first; null without one
     */
    public record Row(
            Members.Member member,
            String teams,
            @Nullable Long keys,
            @Nullable Long monthMicros,
            @Nullable LimitState budget) {}

    private static String both(String one, String two) {
        return Joined.facts(Stream.of(one, two));
    }

    /** Returns the teams that an invitation leads to; null for none. */
    public static @Nullable String names(List<Team> teams, Members.Invitation invitation) {
        String names = Joined.facts(teams.stream()
                .filter(team -> invitation.teams().contains(team.id()))
                .map(Team::name));
        return names.isEmpty() ? null : say("in {teams}", names);
    }

    /**
     * The state of the form that invites.
     *
     * @param link of an invitation that was just made, to hand over; null for none
     */
    public record Typed(
            String email,
            String role,
            List<String> teams,
            Map<String, String> errors,
            @Nullable String link) {

        static final Typed NONE = new Typed("", MemberRole.MEMBER.text(), List.of(), Map.of(), null);
    }

    private PageStep take(PageRequest<Visitor.Member> request, Form form) {
        return ActionForms.of(stores, InvitationActions.CREATE, InvitationActions.RESEND, InvitationActions.REVOKE)
                .take(
                        request,
                        form,
                        Map.of(),
                        errors -> page(request, typed(form, errors)),
                        done -> done.is(InvitationActions.REVOKE)
                                ? PageStep.to(PATH)
                                : invited(request, form, (Invited) done.value()));
    }

    private static Typed typed(Form form, Map<String, String> errors) {
        List<String> teams = form.fields().keySet().stream()
                .filter(name -> name.startsWith("teams."))
                .map(name -> name.substring("teams.".length()))
                .toList();
        return new Typed(form.text("email"), form.text("role"), teams, errors, null);
    }

    private PageStep invited(PageRequest<Visitor.Member> request, Form form, Invited made) {
        return made.path() == null
                ? PageStep.to(PATH + "?invited=1")
                : PageStep.show(page(
                        request,
                        new Typed("", form.text("role"), List.of(), Map.of(), request.address() + made.path())));
    }

    private PageStep.Drawing page(PageRequest<Visitor.Member> request, Typed typed) {
        String account = request.visitor().accountId();
        Set<String> seen = stores.teams()
                .visibleTo(
                        account,
                        Objects.requireNonNull(request.visitor().person().membership()));
        List<Row> all = rows(
                request,
                stores.members().list(account).stream()
                        .filter(member -> seen == null || seen.contains(member.id()))
                        .toList());
        Sorting<Row> sorting = sorting(request);
        List<Row> sorted = sorting.sorted(all);
        List<Members.Invitation> invitations = seen == null ? stores.members().invitations(account) : List.of();
        List<Members.Known> known =
                request.visitor().may(Right.ACCOUNT_KEYS) ? stores.members().known(account) : List.of();
        List<Team> inUse = stores.teams().list(account);
        boolean mayInvite = request.visitor().mayPartly(Right.SET_MEMBERS)
                && stores.membersMax().getAsInt() > 1;
        boolean isOpen = request.query("invite") != null
                || !typed.errors().isEmpty()
                || all.size() == 1 && invitations.isEmpty();
        String said = !typed.errors().isEmpty() || typed.link() != null ? null : note(request);
        Instant now = clock.instant();
        return (out, shell) -> JtemembersGenerated.render(
                out,
                null,
                shell,
                new Listed(sorted, sorting, invitations, inUse, known),
                new Inviting(mayInvite, isOpen, isMailOn.getAsBoolean(), typed),
                said,
                now);
    }

    private static Sorting<Row> sorting(PageRequest<?> request) {
        return Sorting.of(
                Map.of(
                        "name", Comparator.comparing(row -> row.member().shown(), String.CASE_INSENSITIVE_ORDER),
                        "spend", Sorting.most(row -> Objects.requireNonNullElse(row.monthMicros(), 0L))),
                request.query("sort"),
                "spend",
                name -> PATH + "?sort=" + name);
    }

    private List<Row> rows(PageRequest<Visitor.Member> request, List<Members.Member> seen) {
        String account = request.visitor().accountId();
        Map<String, String> named = new HashMap<>();
        Map<String, List<Team.Fellow>> fellows = stores.teams().fellows(account);
        for (Team team : stores.teams().list(account)) {
            for (Team.Fellow fellow : fellows.getOrDefault(team.id(), List.of())) {
                String name = fellow.isAdmin() ? say("{team} (admin)", team.name()) : team.name();
                named.merge(fellow.memberId(), name, MembersPage::both);
            }
        }
        boolean areKeysSeen = request.visitor().may(Right.KEYS);
        Map<String, Long> count = areKeysSeen
                ? keys.list(account, null, Keys.PAGE_MAX).stream()
                        .collect(Collectors.groupingBy(key -> key.owner().memberId(), Collectors.counting()))
                : Map.of();
        Instant now = clock.instant();
        MonthSpend month = request.visitor().may(Right.USAGE)
                ? MonthSpend.of(
                        history, account, limits.ledger().budgets(account, now).zone(), now, UsageQuestion.By.MEMBER)
                : null;
        LimitStates.All budgets = limits.all(account, List.of(), now);
        return seen.stream()
                .map(member -> new Row(
                        member,
                        named.getOrDefault(member.id(), ""),
                        areKeysSeen ? count.getOrDefault(member.id(), 0L) : null,
                        month == null ? null : month.micros(member.id()),
                        month == null ? null : budgets.nearest(member.id())))
                .toList();
    }

    private static @Nullable String note(PageRequest<?> request) {
        return Map.of("invited", say("The invitation was sent."), "removed", say("The member was removed."))
                .entrySet()
                .stream()
                .filter(each -> request.query(each.getKey()) != null)
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    /** The people, the open invitations and the teams. */
    public record Listed(
            List<MembersPage.Row> rows,
            Sorting<MembersPage.Row> sorting,
            List<Members.Invitation> invitations,
            List<Team> teams,
            List<Members.Known> known) {}

    /** The form of an invitation. @param isOpen whether the page shows it */
    public record Inviting(boolean mayInvite, boolean isOpen, boolean mails, Typed typed) {}
}
