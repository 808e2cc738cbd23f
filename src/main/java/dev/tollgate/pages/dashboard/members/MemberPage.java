package dev.tollgate.pages.dashboard.members;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.keys.Key;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.members.Members.Outcome;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.dashboard.parts.BudgetBar;
import dev.tollgate.pages.dashboard.parts.PasswordAgain;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtememberGenerated;

/** {@code /dashboard/members/{id}}: the role of a member, and the end of the membership. */
public record MemberPage(Members members, Teams teams, People people, Ledger ledger, InstantSource clock) {

    private static final String PATH = MembersPage.PATH + "/{id}";

    /** The beginning of the fields that name a team for a key. */
    private static final String KEY = "key-";

    static final String NO_ROOM =
            "A team cannot get these keys: it was archived, or has the maximum number of service keys.";

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
        Set<String> seen = teams.seenBy(
                account, Objects.requireNonNull(request.visitor().person().membership()));
        return members.find(account, request.param("id"))
                .filter(member -> seen == null || seen.contains(member.id()))
                .orElseThrow(() -> ApiError.of(ErrorCode.INVALID_REQUEST, "There is no such member.")
                        .withStatus(404)
                        .asException());
    }

    private PageStep take(PageRequest<Visitor.Member> request, Form form) {
        Members.Member member = find(request);
        String deed = form.text("deed");
        Acting by = PageRequest.acting(request);
        if (deed.equals("remove")) {
            return said(request, member, members.remove(by, member.id(), moves(form)), MembersPage.PATH + "?removed=1");
        }
        MemberRole role = deed.equals("owner") ? MemberRole.OWNER : RoleWords.given(form.text("role"));
        if (role == null || !deed.equals("owner") && !deed.equals("role")) {
            return PageStep.again(page(request, member, Map.of("role", "Choose a role from the list.")));
        }
        if (role == MemberRole.OWNER) {
            String missing = PasswordAgain.complaint(people, request, form.text("password"));
            if (missing != null) {
                return PageStep.again(page(request, member, Map.of("password", missing)));
            }
        }
        return said(
                request,
                member,
                members.setRole(by, member.id(), role),
                MembersPage.PATH + "/" + member.id() + "?saved=1");
    }

    private PageStep said(PageRequest<Visitor.Member> request, Members.Member member, Outcome outcome, String done) {
        return outcome instanceof Members.Done
                ? PageStep.to(done)
                : PageStep.again(page(request, member, Map.of("form", complaint(outcome))));
    }

    private List<BudgetBar> budgets(PageRequest<Visitor.Member> request, Members.Member member) {
        KeyOwner personal = new KeyOwner(member.id(), "", "");
        String name = member.name().isBlank() ? member.login() : member.name();
        return BudgetBar.path(ledger, request.visitor().accountId(), "", personal, name, clock.instant());
    }

    /** Returns the teams that a form gives keys to, by the ids of the keys. */
    static Map<String, String> moves(Form form) {
        Map<String, String> moves = new HashMap<>();
        form.fields().forEach((name, team) -> {
            if (name.startsWith(KEY) && !team.isEmpty()) {
                moves.put(name.substring(KEY.length()), team);
            }
        });
        return moves;
    }

    /** Returns why a change was not made, in a sentence. */
    static String complaint(Outcome outcome) {
        return switch (outcome) {
            case Members.Done _ -> "";
            case Members.NotAllowed _ -> "Your role does not include this, or the member has left.";
            case Members.LastOwner _ ->
                "This is the last owner. An organization keeps one: make another member an owner first.";
            case Members.HasKeys _ -> "The keys of this member are being changed. Try again.";
            case Members.NoRoom _ -> NO_ROOM;
        };
    }

    private PageStep.Drawing page(
            PageRequest<Visitor.Member> request, Members.Member member, Map<String, String> errors) {
        boolean isOwner = request.visitor().may(Right.SET_MEMBERS);
        boolean isSelf = member.personId().equals(request.visitor().person().id());
        boolean mayChange =
                isOwner || (request.visitor().mayPartly(Right.SET_MEMBERS) && member.role() != MemberRole.OWNER);
        List<Key> keys = members.keys(request.visitor().accountId(), member.id());
        List<Team> all = request.visitor().may(Right.ACCOUNT_KEYS)
                ? teams.list(request.visitor().accountId())
                : List.of();
        List<Key> known = members.keysMadeBy(request.visitor().accountId(), member.personId());
        List<BudgetBar> budgets = isSelf || request.visitor().may(Right.USAGE) ? budgets(request, member) : List.of();
        boolean isProved = people.sessions().isProved(request.visitor().session());
        @Nullable String said = request.query("saved") != null && errors.isEmpty() ? "Saved." : null;
        return (out, shell) -> JtememberGenerated.render(
                out, null, shell, member, mayChange, isOwner, isSelf, isProved, keys, all, known, budgets, errors,
                said);
    }
}
