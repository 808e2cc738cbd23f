package dev.tollgate.pages.dashboard.members;

import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.keys.Keys;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.people.HandedLinks;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtemembersGenerated;

/**
 * {@code /dashboard/members}: who is in the organization, and who is invited; a member sees the people of the own teams.
 *
 * @param max the most members and open invitations
 */
public record MembersPage(
        Members members,
        Teams teams,
        Keys keys,
        Ledger ledger,
        AccountHistory history,
        Links links,
        IntSupplier max,
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
     * @param teams names of the member's teams
     * @param keys the number of the member's keys; null if the visitor does not see them
     * @param monthMicros the spend of the member's keys this month; null if the visitor does not see it
     * @param limitMicros the member's budget for the month; null without one
     */
    public record Row(
            Members.Member member,
            String teams,
            @Nullable Long keys,
            @Nullable Long monthMicros,
            @Nullable Long limitMicros) {}

    /** Returns the teams that an invitation leads to; null for none. */
    public static @Nullable String names(List<Team> teams, Members.Invitation invitation) {
        String names = teams.stream()
                .filter(team -> invitation.teams().contains(team.id()))
                .map(Team::name)
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? null : "in " + names;
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
            @Nullable String error,
            @Nullable String link) {

        static final Typed NONE = new Typed("", MemberRole.MEMBER.text(), List.of(), null, null);
    }

    private PageStep take(PageRequest<Visitor.Member> request, Form form) {
        return switch (form.text("deed")) {
            case "invite" -> invite(request, form.text("email").strip(), form.text("role"), teams(request, form), null);
            case "resend" -> resend(request, form.text("invitation"));
            case "revoke" -> {
                if (find(request, form.text("invitation")) != null) {
                    links.handed().revoke(form.text("invitation"), PageRequest.acting(request));
                }
                yield PageStep.to(PATH);
            }
            default -> PageStep.to(PATH);
        };
    }

    private Members.@Nullable Invitation find(PageRequest<Visitor.Member> request, String id) {
        return members.invitations(request.visitor().accountId()).stream()
                .filter(each -> each.id().equals(id) && each.role() != null)
                .findFirst()
                .orElse(null);
    }

    private PageStep resend(PageRequest<Visitor.Member> request, String id) {
        Members.Invitation invitation = find(request, id);
        MemberRole role = invitation == null ? null : invitation.role();
        return invitation == null || role == null
                ? PageStep.to(PATH)
                : invite(request, invitation.email(), role.text(), invitation.teams(), id);
    }

    /** Returns the ids of the chosen teams of the organization. */
    private List<String> teams(PageRequest<Visitor.Member> request, Form form) {
        return teams.list(request.visitor().accountId()).stream()
                .map(Team::id)
                .filter(id -> form.field("in-" + id) != null)
                .toList();
    }

    private PageStep invite(
            PageRequest<Visitor.Member> request,
            String email,
            String text,
            List<String> chosen,
            @Nullable String replaces) {
        MemberRole role = RoleWords.given(text);
        if (role == null) {
            return PageStep.again(page(request, new Typed(email, text, chosen, "Choose a role from the list.", null)));
        }
        Person person = request.visitor().person();
        HandedLinks.Invited made = links.handed()
                .invite(
                        new HandedLinks.ToJoin(email, role, person.accountName(), max.getAsInt(), chosen, replaces),
                        PageRequest.acting(request),
                        request.visit());
        if (made.complaint() != null) {
            return PageStep.again(page(request, new Typed(email, text, chosen, made.complaint(), null)));
        }
        return made.path() == null
                ? PageStep.to(PATH + "?invited=1")
                : PageStep.show(page(request, new Typed("", text, List.of(), null, request.address() + made.path())));
    }

    private PageStep.Drawing page(PageRequest<Visitor.Member> request, Typed typed) {
        String account = request.visitor().accountId();
        Set<String> seen = teams.seenBy(
                account, Objects.requireNonNull(request.visitor().person().membership()));
        List<Row> all = rows(
                request,
                members.list(account).stream()
                        .filter(member -> seen == null || seen.contains(member.id()))
                        .toList());
        List<Members.Invitation> invitations = seen == null ? members.invitations(account) : List.of();
        List<Members.Known> known = request.visitor().may(Right.ACCOUNT_KEYS) ? members.known(account) : List.of();
        List<Team> inUse = teams.list(account);
        boolean mayInvite = request.visitor().mayPartly(Right.SET_MEMBERS) && max.getAsInt() > 1;
        String said = typed.error() != null || typed.link() != null ? null : said(request);
        Instant now = clock.instant();
        return (out, shell) -> JtemembersGenerated.render(
                out, null, shell, all, invitations, inUse, mayInvite, links.isMailOn(), known, typed, said, now);
    }

    private List<Row> rows(PageRequest<Visitor.Member> request, List<Members.Member> seen) {
        String account = request.visitor().accountId();
        Map<String, String> named = new HashMap<>();
        Map<String, List<Team.Fellow>> fellows = teams.fellows(account);
        for (Team team : teams.list(account)) {
            fellows.getOrDefault(team.id(), List.of())
                    .forEach(fellow -> named.merge(fellow.memberId(), team.name(), (one, two) -> one + ", " + two));
        }
        boolean areKeysSeen = request.visitor().may(Right.KEYS);
        Map<String, Long> count = areKeysSeen
                ? keys.list(account, null, Keys.PAGE_MAX).stream()
                        .collect(Collectors.groupingBy(key -> key.owner().memberId(), Collectors.counting()))
                : Map.of();
        MonthSpend month = request.visitor().may(Right.USAGE)
                ? MonthSpend.ofMembers(ledger, history, account, clock.instant())
                : null;
        return seen.stream()
                .map(member -> new Row(
                        member,
                        named.getOrDefault(member.id(), ""),
                        areKeysSeen ? count.getOrDefault(member.id(), 0L) : null,
                        month == null ? null : month.micros(member.id()),
                        month == null ? null : month.limitOfMember(member.id())))
                .toList();
    }

    private static @Nullable String said(PageRequest<?> request) {
        return Map.of("invited", "The invitation was sent.", "removed", "The member was removed.").entrySet().stream()
                .filter(each -> request.query(each.getKey()) != null)
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }
}
