package dev.tollgate.customers.oidc;

import dev.tollgate.base.log.Event;
import java.math.BigInteger;
import java.net.URI;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * The keys that the provider signs with. Kept for an hour; asked for again where a token names one that is not among them, at most every half
 * minute, since anybody can name a key. Thread-safe; blocks.
 */
final class ProviderKeys {

    private static final Logger log = LoggerFactory.getLogger(ProviderKeys.class);
    private static final Duration KEPT = Duration.ofHours(1);
    private static final Duration AGAIN = Duration.ofSeconds(30);
    private static final int KEYS_MAX = 100;
    private static final int RSA_BITS_MIN = 2_048;
    private static final int RSA_BITS_MAX = 8_192;
    private static final int COORDINATE_BYTES = 32;

    private final ProviderCalls calls;
    private final InstantSource clock;
    private final AtomicReference<State> state = new AtomicReference<>(new State(List.of(), Instant.MIN));

    ProviderKeys(ProviderCalls calls, InstantSource clock) {
        this.calls = calls;
        this.clock = clock;
    }

    /** @param id null where it has none */
    private record Known(@Nullable String id, Algorithm algorithm, PublicKey key) {}

    private record State(List<Known> keys, Instant readAt) {}

    /**
     * The key for a token.
     *
     * @param id null where the token names none: then there has to be one alone that fits
     * @return null where there is none
     */
    @Nullable
    PublicKey find(URI url, @Nullable String id, Algorithm algorithm) throws OidcFailure {
        Instant now = clock.instant();
        State present = state.get();
        PublicKey found = now.isBefore(present.readAt().plus(KEPT)) ? find(present.keys(), id, algorithm) : null;
        if (found != null || now.isBefore(present.readAt().plus(AGAIN))) {
            return found;
        }
        State read = new State(read(url), now);
        state.set(read);
        return find(read.keys(), id, algorithm);
    }

    private static @Nullable PublicKey find(List<Known> keys, @Nullable String id, Algorithm algorithm) {
        List<Known> fitting = keys.stream()
                .filter(key -> key.algorithm() == algorithm)
                .filter(key -> id == null || id.equals(key.id()))
                .toList();
        return fitting.size() == 1 ? fitting.getFirst().key() : null;
    }

    private List<Known> read(URI url) throws OidcFailure {
        ProviderCalls.Reply reply = calls.get(url);
        JsonNode keys = reply.json().path("keys");
        if (reply.status() != 200 || !keys.isArray()) {
            log.warn(Event.SIGN_IN_FAILED, "The provider's keys cannot be read: status {}", reply.status());
            throw calls.away();
        }
        List<Known> known = new ArrayList<>();
        for (JsonNode key : keys) {
            Known read = known.size() < KEYS_MAX ? read(key) : null;
            if (read != null) {
                known.add(read);
            }
        }
        return List.copyOf(known);
    }

    /** Null for a key that we do not take: of another kind, or for another use. */
    private static @Nullable Known read(JsonNode key) {
        Algorithm algorithm =
                switch (key.path("kty").asString("")) {
                    case "RSA" -> Algorithm.RS256;
                    case "EC" -> key.path("crv").asString("").equals("P-256") ? Algorithm.ES256 : null;
                    default -> null;
                };
        boolean isForSigning = key.path("use").asString("sig").equals("sig");
        if (algorithm == null
                || !isForSigning
                || !key.path("alg").asString(algorithm.name()).equals(algorithm.name())) {
            return null;
        }
        try {
            String id = key.path("kid").isString() ? key.path("kid").stringValue() : null;
            return new Known(id, algorithm, algorithm == Algorithm.RS256 ? rsa(key) : ec(key));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            log.warn(Event.SIGN_IN_FAILED, "A key of the provider's is of no use: {}", String.valueOf(e.getMessage()));
            return null;
        }
    }

    private static PublicKey rsa(JsonNode key) throws GeneralSecurityException {
        BigInteger modulus = number(key, "n");
        if (modulus.bitLength() < RSA_BITS_MIN || modulus.bitLength() > RSA_BITS_MAX) {
            throw new IllegalArgumentException("RSA with " + modulus.bitLength() + " bits");
        }
        return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, number(key, "e")));
    }

    private static PublicKey ec(JsonNode key) throws GeneralSecurityException {
        AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
        curve.init(new ECGenParameterSpec("secp256r1"));
        ECPoint point = new ECPoint(number(key, "x"), number(key, "y"));
        return KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(point, curve.getParameterSpec(ECParameterSpec.class)));
    }

    private static BigInteger number(JsonNode key, String field) {
        byte[] bytes = Base64.getUrlDecoder().decode(key.path(field).asString(""));
        if (bytes.length == 0 || bytes.length > maxOf(field)) {
            throw new IllegalArgumentException(field + " is missing or too long");
        }
        return new BigInteger(1, bytes);
    }

    private static int maxOf(String field) {
        return field.equals("x") || field.equals("y") ? COORDINATE_BYTES : RSA_BITS_MAX / 8 + 1;
    }
}
