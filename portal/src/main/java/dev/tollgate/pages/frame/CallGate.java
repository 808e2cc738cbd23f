package dev.tollgate.pages.frame;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.words.Language;
import dev.tollgate.customers.people.BrowserSession;
import dev.tollgate.customers.people.People;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The gate of requests that a page's script sends for the signed-in person: it requires a session, an origin of this site and the page's token
 * in {@code x-csrf-token}. Refusals are JSON, because a script reads them.
 *
 * @param <C> the person as the route's handler sees them
 * @param of may block
 * @param arrived receives each request on the exchange's loop and may refuse it
 */
record CallGate<C extends Caller>(
        Site site, People people, FormTokens tokens, Function<Visitor.Member, C> of, BiConsumer<Exchange, C> arrived)
        implements Gate<C> {

    @Override
    public String name() {
        return "calls of a page";
    }

    @Override
    public String payer(C caller) {
        return caller.accountId();
    }

    @Override
    public Future<C> admit(Exchange exchange) {
        site.requireOurs(exchange);
        Language language = site.language(exchange, null, null);
        List<String> cookies = Cookies.sessions(exchange, site.isSecure(exchange));
        if (cookies.isEmpty()) {
            throw signInAgain().error().in(language).asException();
        }
        boolean fromUs = site.isFromUs(exchange);
        String shown = exchange.header("x-csrf-token");
        Promise<C> answer = Promise.promise();
        String network = exchange.network();
        exchange.compute(() -> caller(cookies, network, fromUs, shown, language), caller -> {
            try {
                arrived.accept(exchange, caller);
                answer.complete(caller);
            } catch (RuntimeException e) {
                answer.fail(e);
            }
        });
        return answer.future();
    }

    /** Returns the caller. Refusals are in the language of the person, to whom a page's script shows them. */
    private C caller(List<String> cookies, String network, boolean fromUs, @Nullable String shown, Language language) {
        try {
            return caller(cookies, network, fromUs, shown);
        } catch (ApiException e) {
            throw e.error().in(language).asException();
        }
    }

    private C caller(List<String> cookies, String network, boolean fromUs, @Nullable String shown) {
        BrowserSession session = people.sessions()
                .find(cookies, network)
                .filter(its -> !its.codeDue() && !its.person().passwordDue())
                .orElseThrow(CallGate::signInAgain);
        Visitor.Member member = new Visitor.Member(session);
        if (!fromUs || !tokens.isGood(shown, member)) {
            throw ApiError.of(
                            ErrorCode.INVALID_REQUEST,
                            sentence("This request did not come from this site. Reload the page."))
                    .withStatus(403)
                    .asException();
        }
        return of.apply(member);
    }

    private static ApiException signInAgain() {
        return ApiError.of(ErrorCode.INVALID_API_KEY, sentence("Your session has ended. Sign in again."))
                .asException();
    }
}
