package dev.tollgate.customers.oidc;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import dev.tollgate.base.log.Event;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * The keys that the provider signs tokens with. They are kept for an hour. If a token names an unknown key they are requested again, at most every
 * half minute, since a token can name any key. Thread-safe; blocks.
 */
final class ProviderKeys {

    private static final Logger log = LoggerFactory.getLogger(ProviderKeys.class);
    private static final Duration KEPT = Duration.ofHours(1);
    private static final Duration AGAIN = Duration.ofSeconds(30);
    private static final Set<String> KINDS = Set.of("RSA", "EC");
    private static final int KEYS_MAX = 100;
    private static final int RSA_BITS_MIN = 2_048;
    private static final int RSA_BITS_MAX = 8_192;

    private final ProviderCalls calls;
    private final InstantSource clock;
    private final AtomicReference<State> state = new AtomicReference<>(new State(List.of(), Instant.MIN));

    ProviderKeys(ProviderCalls calls, InstantSource clock) {
        this.calls = calls;
        this.clock = clock;
    }

    private record State(List<JWK> keys, Instant readAt) {}

    /**
     * Finds the key that signs a token.
     *
     * @param header names the key, or not: then there has to be one alone that fits
     * @return null if there is none
     * @throws OidcFailure if the provider's keys cannot be read
     */
    @Nullable
    AsymmetricJWK find(URI url, JWSHeader header) throws OidcFailure {
        Instant now = clock.instant();
        State present = state.get();
        AsymmetricJWK found = now.isBefore(present.readAt().plus(KEPT)) ? find(present.keys(), header) : null;
        if (found != null || now.isBefore(present.readAt().plus(AGAIN))) {
            return found;
        }
        State read = new State(read(url), now);
        state.set(read);
        return find(read.keys(), header);
    }

    private static @Nullable AsymmetricJWK find(List<JWK> keys, JWSHeader header) {
        List<JWK> fitting = new JWKSelector(JWKMatcher.forJWSHeader(header)).select(new JWKSet(keys));
        return fitting.size() == 1 && fitting.getFirst() instanceof AsymmetricJWK key ? key : null;
    }

    private List<JWK> read(URI url) throws OidcFailure {
        ProviderCalls.Reply reply = calls.get(url);
        JsonNode keys = reply.json().path("keys");
        if (reply.status() != 200 || !keys.isArray()) {
            log.warn(
                    Event.SIGN_IN_FAILED, "the signing keys of the provider cannot be read: status {}", reply.status());
            throw calls.away();
        }
        List<JWK> known = new ArrayList<>();
        for (JsonNode key : keys) {
            JWK read = known.size() < KEYS_MAX ? read(key) : null;
            if (read != null) {
                known.add(read);
            }
        }
        return List.copyOf(known);
    }

    /** Returns null for a key of another kind, a malformed key, and an RSA key that is too short or too long. */
    static @Nullable JWK read(JsonNode json) {
        if (!KINDS.contains(json.path("kty").asString(""))) {
            return null;
        }
        try {
            JWK key = JWK.parse(json.toString());
            int bits = key instanceof RSAKey rsa
                    ? rsa.getModulus().decodeToBigInteger().bitLength()
                    : RSA_BITS_MIN;
            if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX) {
                throw new ParseException("RSA with " + bits + " bits", 0);
            }
            return key;
        } catch (ParseException e) {
            log.warn(
                    Event.SIGN_IN_FAILED,
                    "a signing key of the provider was skipped: {}",
                    String.valueOf(e.getMessage()));
            return null;
        }
    }
}
