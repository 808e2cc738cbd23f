package dev.tollgate.customers.oidc;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.host.Printable;
import dev.tollgate.base.log.Event;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * The provider's OpenID configuration from {@code /.well-known/openid-configuration}. It is read on first use and kept for an hour, or longer
 * while the provider does not respond. After a failure there is a short pause before the next attempt. Thread-safe; blocks.
 */
final class ProviderDescription {

    private static final Logger log = LoggerFactory.getLogger(ProviderDescription.class);
    private static final String WELL_KNOWN = "/.well-known/openid-configuration";
    private static final int ISSUER_CHARS_MAX = 300;
    private static final Duration KEPT = Duration.ofHours(1);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(3);

    private final OidcClient client;
    private final ProviderCalls calls;
    private final InstantSource clock;
    private final AtomicReference<State> state = new AtomicReference<>(new State(null, Instant.MIN, Instant.MIN));

    ProviderDescription(OidcClient client, ProviderCalls calls, InstantSource clock) {
        this.client = client;
        this.calls = calls;
        this.clock = clock;
    }

    /** @param usesHeader whether the client's secret is shown in a header, else in the form */
    record Endpoints(URI authorization, URI token, URI keys, boolean usesHeader) {}

    /** @param freshUntil when it is read again; @param quietUntil the end of the pause after a failure */
    private record State(@Nullable Endpoints known, Instant freshUntil, Instant quietUntil) {}

    Endpoints get() throws OidcFailure {
        State present = state.get();
        Instant now = clock.instant();
        Endpoints known = present.known();
        if (known != null && now.isBefore(present.freshUntil())) {
            return known;
        }
        if (now.isBefore(present.quietUntil())) {
            return orAway(known, calls.away());
        }
        try {
            Endpoints read = read();
            state.set(new State(read, now.plus(KEPT), Instant.MIN));
            return read;
        } catch (OidcFailure e) {
            state.set(new State(known, Instant.MIN, now.plus(AFTER_FAILURE)));
            return orAway(known, e);
        }
    }

    /** Reads it for the log alone. */
    void look() throws OidcFailure {
        read();
    }

    private static Endpoints orAway(@Nullable Endpoints known, OidcFailure why) throws OidcFailure {
        if (known == null) {
            throw why;
        }
        return known;
    }

    private Endpoints read() throws OidcFailure {
        String issuer = client.issuer().toString();
        URI url = URI.create(issuer.replaceAll("/$", "") + WELL_KNOWN);
        ProviderCalls.Reply reply = calls.get(url);
        JsonNode json = reply.json();
        if (reply.status() != 200 || !json.isObject()) {
            throw unusable("status " + reply.status());
        }
        String named = json.path("issuer").asString("");
        if (!issuer.equals(named)) {
            throw unusable("its issuer is '"
                    + Printable.line(named.substring(0, Math.min(named.length(), ISSUER_CHARS_MAX)))
                    + "', but oidc.issuer is '" + issuer + "'");
        }
        return new Endpoints(
                url(json, "authorization_endpoint"), url(json, "token_endpoint"), url(json, "jwks_uri"), method(json));
    }

    private URI url(JsonNode json, String field) throws OidcFailure {
        try {
            URI url = new URI(json.path(field).asString(""));
            if (calls.isAllowed(url)) {
                return url;
            }
        } catch (URISyntaxException e) {
            log.debug("{} is not a URL", field, e);
        }
        throw unusable(field + " is not an https URL");
    }

    /** A provider that says nothing takes the header. */
    private boolean method(JsonNode json) throws OidcFailure {
        JsonNode methods = json.path("token_endpoint_auth_methods_supported");
        if (!methods.isArray() || contains(methods, "client_secret_basic")) {
            return true;
        }
        if (contains(methods, "client_secret_post")) {
            return false;
        }
        throw unusable("it accepts a client's secret neither in a header nor in a form");
    }

    private static boolean contains(JsonNode texts, String text) {
        return texts.valueStream().anyMatch(each -> text.equals(each.asString("")));
    }

    private OidcFailure unusable(String why) {
        log.warn(Event.SIGN_IN_FAILED, "the OpenID configuration of {} is invalid: {}", client.name(), why);
        return OidcFailure.away(sentence(
                "{provider} cannot be used: its OpenID configuration is invalid. Contact the operator.",
                client.name()));
    }
}
