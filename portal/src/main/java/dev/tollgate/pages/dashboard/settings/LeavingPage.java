package dev.tollgate.pages.dashboard.settings;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.departure.AccountFile;
import dev.tollgate.customers.departure.Leaving;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.dashboard.parts.PasswordAgain;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageFile;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.words.Joined;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtedataGenerated;

/** {@code /dashboard/settings/data}: all that is stored as a file, and the end of the account. */
public record LeavingPage(
        People people, Leaving leaving, Teams teams, AccountFile file, Ledger ledger, InstantSource clock) {

    private static final String PATH = "/dashboard/settings/data";
    private static final String FILE = "/dashboard/settings/export";

    /** The number of other people that are named. */
    private static final int NAMED_MAX = 3;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.persons(), this::show),
                pages.post(PATH, pages.persons(), this::delete),
                pages.file(FILE, pages.persons(), this::file));
    }

    private PageFile file(PageRequest<Visitor.Member> request) {
        Person person = request.visitor().person();
        String accountId = person.may(Right.ACCOUNT) ? person.accountId() : null;
        String day = clock.instant().atZone(ZoneOffset.UTC).toLocalDate().toString();
        return new PageFile(
                "account-" + day + ".zip",
                AccountFile.CONTENT_TYPE,
                pieces -> file.write(accountId, person.id(), clock.instant(), pieces));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        return PageStep.show(page(request, "", Map.of()));
    }

    private PageStep delete(PageRequest<Visitor.Member> request, Form form) {
        Person person = request.visitor().person();
        String typed = form.text("login").strip();
        if (!typed.equalsIgnoreCase(person.login())) {
            return again(request, typed, "login", say("Type {login} to confirm.", person.login()));
        }
        String proof = PasswordAgain.complaint(people, request, form.text("password"));
        if (proof != null) {
            return again(request, typed, "password", proof);
        }
        boolean isLast = person.membership() == null || leaving.others(person).isEmpty();
        return switch (leaving.leave(person)) {
            case Outcome.Done<String> _ ->
                PageStep.signedOut(request, isLast ? "/sign-in?said=deleted" : "/sign-in?said=left");
            case Outcome.Refused<String>(ApiError why) ->
                why.status() == 404
                        ? PageStep.signedOut(request, "/sign-in?said=deleted")
                        : again(request, typed, "form", why.forPeople().said());
        };
    }

    private PageStep again(PageRequest<Visitor.Member> request, String typed, String field, String message) {
        return PageStep.again(page(request, typed, Map.of(field, message)));
    }

    private PageStep.Drawing page(PageRequest<Visitor.Member> request, String typed, Map<String, String> errors) {
        Person person = request.visitor().person();
        boolean isMember = person.membership() != null;
        List<Person> others = isMember ? leaving.others(person) : List.of();
        boolean isProved = people.sessions().isProved(request.visitor().session());
        boolean isLastOperator = leaving.isLastOperator(person);
        boolean hasOpenPayment = isMember && others.isEmpty() && leaving.hasOpenPayment(person.accountId());
        String loses = !isMember
                ? say("You can no longer sign in, and what is stored about you is erased.")
                : others.isEmpty()
                        ? say(
                                "Your keys stop working immediately. {credits} credits are lost. Entries and receipts stay, without your name.",
                                Display.charge(ledger.account(person.accountId())
                                        .orElseThrow()
                                        .balance()
                                        .balanceMicros()))
                        : say(
                                "The account, its keys and its credits stay with them. You can no longer sign in, and what is stored about you is erased.");
        return (out, shell) -> JtedataGenerated.render(
                out,
                null,
                shell,
                new Attempt(typed, errors, isProved),
                new Leaver(isLastOperator, named(person, others), hasOpenPayment, loses));
    }

    /** Returns some of the others by name, if the person sees them under Members, and the number of the rest. */
    private String named(Person person, List<Person> others) {
        Membership own = person.membership();
        if (own == null || others.isEmpty()) {
            return "";
        }
        Set<String> seen = teams.visibleTo(person.accountId(), own);
        List<String> logins = others.stream()
                .filter(each ->
                        seen == null || (each.membership() instanceof Membership its && seen.contains(its.id())))
                .limit(NAMED_MAX)
                .map(Person::login)
                .toList();
        int more = others.size() - logins.size();
        String names = Joined.facts(logins.stream());
        return more == 0
                ? names
                : names.isEmpty() ? Integer.toString(more) : say("{names} and {more} more", names, more);
    }

    /** The form of a deletion. */
    public record Attempt(String typed, Map<String, String> errors, boolean proved) {}

    /** The things that a deletion ends, or that stand against it. */
    public record Leaver(
            boolean lastOperator,
            @Nullable String others,
            boolean payment,
            @Nullable String loses) {}
}
