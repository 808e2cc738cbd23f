package dev.tollgate.pages.frame;

import dev.tollgate.base.words.Language;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.people.Visit;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.http.Exchange;
import java.net.URI;
import java.time.Year;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request for a page. Its reading methods may be used on the thread that the page is made on.
 *
 * @param visitor whom the route's gate has let in
 * @param csrf the token for this page's forms
 * @param money what the visitor sees first
 * @param language of the page
 * @param year in which the visitor reads it; null for a print, which is read at any later time
 * @param <V> who that can be
 */
public record PageRequest<V extends Visitor>(
        Exchange exchange,
        V visitor,
        String csrf,
        Site site,
        Money money,
        Language language,
        @Nullable Year year) {

    private static final String UNKNOWN = "unknown";

    /** The query is decoded here, on the loop, so that others only read it. */
    public PageRequest {
        var unused = exchange.query("");
    }

    /** A parameter of the path. */
    public String param(String name) {
        return exchange.pathParam(name);
    }

    /** A parameter of the query, without the white space around it; null where it is missing or empty. */
    public @Nullable String query(String name) {
        String value = exchange.query(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    public String path() {
        return exchange.path();
    }

    public String requestId() {
        return exchange.requestId();
    }

    /** The address of this server for what is to be pasted elsewhere. */
    public String address() {
        return site.address(exchange.header("host"));
    }

    /** Returns the origin of the request, for sessions and limits. */
    public Visit visit() {
        return new Visit(
                exchange.remoteAddress(),
                exchange.network(),
                exchange.wideNetwork(),
                Objects.requireNonNullElse(exchange.header("user-agent"), UNKNOWN),
                Cookies.browsers(exchange, isSecure()),
                site.languages().isChoice() ? language.tag() : null);
    }

    /** Returns who changes something in the account of a member's page. */
    public static Acting acting(PageRequest<Visitor.Member> request) {
        Person person = request.visitor().person();
        return new Acting(person.accountId(), person.id(), request.visit().address(), person.membership());
    }

    /** Returns the page of this site that a form was sent from, with its query; null if the request does not say it. */
    public @Nullable URI from() {
        return site.from(exchange);
    }

    boolean isSecure() {
        return site.isSecure(exchange);
    }
}
