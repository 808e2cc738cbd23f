package dev.tollgate.pages.frame;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.host.UrlText;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.people.BrowserSession;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The gate of pages. It reads the session of the cookie from the database for each request, on another thread. A visitor who must sign in first
 * is redirected there and then returns to the requested page.
 *
 * @param <V> admitted visitors
 */
public final class PageGate<V extends Visitor> implements Gate<V> {

    private final String name;
    private final Site site;
    private final People people;
    private final FormTokens tokens;
    private final Predicate<String> addresses;
    private final Function<Request, V> judge;

    private static final ApiError NOTHING_TO_HEAR =
            ApiError.of(ErrorCode.INVALID_REQUEST, sentence("Sign in first.")).withStatus(204);

    /** A way back that is longer is not carried along. */
    private static final int TARGET_CHARS_MAX = 2_000;

    /** @param path where they wanted to go; @param target the same as it was sent, with the query */
    private record Request(Visitor visitor, String path, String target, boolean isGet) {

        /** Returns the way back as a parameter of the next page; empty if there is none. */
        String back() {
            boolean isNeeded = isGet && !target.equals("/dashboard") && target.length() <= TARGET_CHARS_MAX;
            return isNeeded ? "?to=" + UrlText.encoded(target) : "";
        }
    }

    private PageGate(String name, Site site, People people, FormTokens tokens, Function<Request, V> judge) {
        this(name, site, people, tokens, address -> true, judge);
    }

    /** @param addresses addresses from which requests are accepted */
    private PageGate(
            String name,
            Site site,
            People people,
            FormTokens tokens,
            Predicate<String> addresses,
            Function<Request, V> judge) {
        this.addresses = addresses;
        this.name = name;
        this.site = site;
        this.people = people;
        this.tokens = tokens;
        this.judge = judge;
    }

    /** Admits all visitors, signed in or not. */
    static PageGate<Visitor> everybody(Site site, People people, FormTokens tokens) {
        return new PageGate<>("page for everybody", site, people, tokens, Request::visitor);
    }

    /** Returns the gate of visitors who have signed in, including the second factor. A visitor with a due password change is sent to it. */
    static PageGate<Visitor.Member> persons(Site site, People people, FormTokens tokens) {
        return new PageGate<>("page for who is signed in", site, people, tokens, seen -> {
            Visitor.Member member = begun(seen);
            if (member.session().codeDue()) {
                throw to("/sign-in/code" + seen.back());
            }
            if (member.person().passwordDue() && !seen.path().equals("/dashboard/settings/security")) {
                throw to("/dashboard/settings/security");
            }
            return member;
        });
    }

    /** Returns the gate of members of an account whose role has a whole right. Who is in no account is sent to their own settings. */
    static PageGate<Visitor.Member> members(PageGate<Visitor.Member> persons, Right right) {
        return members(persons, right.name(), membership -> right.isWhole(membership.role()));
    }

    /** Returns the gate of members who have a right or a part of it, by their role or as the admin of a team; which part, the handler checks. */
    static PageGate<Visitor.Member> partly(PageGate<Visitor.Member> persons, Right right) {
        return members(persons, right.name() + " partly", right::isPartly);
    }

    private static PageGate<Visitor.Member> members(
            PageGate<Visitor.Member> persons, String right, Predicate<Membership> has) {
        String name = "page for members, " + right;
        return new PageGate<>(name, persons.site, persons.people, persons.tokens, seen -> {
            Visitor.Member member = persons.judge.apply(seen);
            Membership membership = member.person().membership();
            if (membership == null) {
                throw seen.isGet()
                        ? to("/dashboard/settings")
                        : refused(sentence("You are not a member of this organization."));
            }
            if (!has.test(membership)) {
                throw refused(sentence("Your role in this organization does not include this."));
            }
            return member;
        });
    }

    private static RuntimeException refused(Sentence message) {
        return ApiError.of(ErrorCode.INVALID_REQUEST, message).withStatus(403).asException();
    }

    /** Returns the gate of visitors who have entered the right password, for signing out and for the second factor. */
    static PageGate<Visitor.Member> begun(Site site, People people, FormTokens tokens) {
        return new PageGate<>("page for whose password was right", site, people, tokens, PageGate::begun);
    }

    /** @param addresses from which they may come */
    static PageGate<Visitor.Member> operators(PageGate<Visitor.Member> persons, Predicate<String> addresses) {
        return new PageGate<>("page for operators", persons.site, persons.people, persons.tokens, addresses, seen -> {
            Visitor.Member member = persons.judge.apply(seen);
            if (!member.person().isOperator()) {
                throw refused(sentence("This page is for operators."));
            }
            return member;
        });
    }

    /** Returns a gate for the events of a page's script. Others get a 204, after which a browser does not try again. */
    static PageGate<Visitor.Member> listeners(PageGate<Visitor.Member> members) {
        return new PageGate<>(
                members.name.replaceFirst("for members", "that listens"),
                members.site,
                members.people,
                members.tokens,
                seen -> {
                    try {
                        return members.judge.apply(seen);
                    } catch (ApiException refused) {
                        throw refused.error().status() == 303 ? NOTHING_TO_HEAR.asException() : refused;
                    }
                });
    }

    private static Visitor.Member begun(Request seen) {
        if (seen.visitor() instanceof Visitor.Member member) {
            return member;
        }
        throw to("/sign-in" + seen.back());
    }

    private static RuntimeException to(String location) {
        return ApiError.of(ErrorCode.INVALID_REQUEST, sentence("Sign in first."))
                .withStatus(303)
                .withHeader("location", location)
                .asException();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String payer(V visitor) {
        return visitor instanceof Visitor.Member member ? member.accountId() : "";
    }

    @Override
    public Future<V> admit(Exchange exchange) {
        site.requireOurs(exchange);
        if (!addresses.test(exchange.remoteAddress())) {
            throw refused(sentence("This page is not shown at your address."));
        }
        boolean secure = site.isSecure(exchange);
        List<String> cookies = Cookies.sessions(exchange, secure);
        boolean isGet = exchange.method().equals("GET") || exchange.method().equals("HEAD");
        String path = exchange.path();
        String target = exchange.target();
        if (cookies.isEmpty()) {
            return Future.succeededFuture(judge.apply(new Request(stranger(exchange, secure), path, target, isGet)));
        }
        Promise<V> answer = Promise.promise();
        String network = exchange.network();
        exchange.compute(() -> people.sessions().find(cookies, network).orElse(null), session -> {
            try {
                answer.complete(judge.apply(new Request(visitor(exchange, secure, session), path, target, isGet)));
            } catch (RuntimeException e) {
                answer.fail(e);
            }
        });
        return answer.future();
    }

    private Visitor visitor(Exchange exchange, boolean secure, @Nullable BrowserSession session) {
        return session == null ? stranger(exchange, secure) : new Visitor.Member(session);
    }

    private Visitor stranger(Exchange exchange, boolean secure) {
        return Cookies.visits(exchange, secure).stream()
                .filter(tokens::isVisit)
                .findFirst()
                .map(known -> new Visitor.Stranger(known, null))
                .orElseGet(() -> {
                    String made = tokens.newVisit();
                    return new Visitor.Stranger(made, Cookies.setVisit(made, secure));
                });
    }
}
