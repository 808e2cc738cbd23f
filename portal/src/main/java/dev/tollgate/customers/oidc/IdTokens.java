package dev.tollgate.customers.oidc;

import static dev.tollgate.base.words.Sentence.sentence;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.util.Base64URL;
import dev.tollgate.base.json.Json;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.people.identity.Identity;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Checks the provider's tokens and reads whom they name. Thread-safe; blocks while a key is requested from the provider. */
record IdTokens(OidcClient client, ProviderKeys keys, InstantSource clock) {

    static final int CHARS_MAX = 16 * 1024;

    private static final Logger log = LoggerFactory.getLogger(IdTokens.class);
    private static final Duration LEEWAY = Duration.ofSeconds(60);
    private static final Duration OLDEST = Duration.ofMinutes(10);
    private static final long SECONDS_MAX = 100_000_000_000L;
    private static final int SUBJECT_CHARS_MAX = 255;
    private static final int KEY_ID_CHARS_MAX = 512;
    private static final int NAME_CHARS_MAX = 100;
    private static final int EMAIL_CHARS_MAX = 254;

    /** The accepted signatures of tokens: never none or a shared secret, whatever the header says. */
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256);

    private static final DefaultJWSVerifierFactory VERIFIERS = new DefaultJWSVerifierFactory();

    /**
     * Returns the identity that a token names.
     *
     * @throws OidcFailure if the token is not valid for this attempt
     */
    Identity read(String token, OidcAttempt attempt, URI keysUrl) throws OidcFailure {
        if (token.length() > CHARS_MAX) {
            throw wrong(sentence("the token is longer than {max} characters", Integer.toString(CHARS_MAX)));
        }
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            throw wrong(sentence("the token is missing"));
        }
        checkSignature(parts, keysUrl);
        JsonNode claims = json(parts[1]);
        checkAddressees(claims);
        checkTimes(claims);
        if (!same(attempt.nonce(), claims.path("nonce"))) {
            throw wrong(sentence("the token belongs to another sign-in"));
        }
        if (attempt.purpose() == OidcAttempt.Purpose.PROVE) {
            checkShownNow(claims, attempt);
        }
        return identity(claims);
    }

    private void checkSignature(String[] parts, URI keysUrl) throws OidcFailure {
        JsonNode header = json(parts[0]);
        JWSAlgorithm algorithm = JWSAlgorithm.parse(header.path("alg").asString(""));
        if (!ALGORITHMS.contains(algorithm)) {
            throw wrong(sentence("the token's signature algorithm is neither RS256 nor ES256"));
        }
        if (header.has("crit")) {
            throw wrong(sentence("the token has a critical header, which is not supported"));
        }
        JsonNode named = header.path("kid");
        String id = named.isString() ? named.stringValue() : null;
        boolean isNamed = id == null ? named.isMissingNode() : id.length() <= KEY_ID_CHARS_MAX;
        JWSHeader known = new JWSHeader.Builder(algorithm).keyID(id).build();
        AsymmetricJWK key = isNamed ? keys.find(keysUrl, known) : null;
        if (key == null) {
            throw wrong(sentence("the token's signing key is not among the provider's keys"));
        }
        byte[] signed = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
        if (!isSignature(known, key, signed, Base64URL.encode(bytes(parts[2])))) {
            throw wrong(sentence("the token's signature is wrong"));
        }
    }

    private static boolean isSignature(JWSHeader header, AsymmetricJWK key, byte[] signed, Base64URL signature) {
        try {
            return VERIFIERS.createJWSVerifier(header, key.toPublicKey()).verify(header, signed, signature);
        } catch (JOSEException e) {
            log.debug("signature cannot be checked", e);
            return false;
        }
    }

    private void checkAddressees(JsonNode claims) throws OidcFailure {
        if (!client.issuer().toString().equals(claims.path("iss").asString(""))) {
            throw wrong(sentence("the token has another issuer"));
        }
        JsonNode audience = claims.path("aud");
        boolean isOurs = audience.isArray() ? audience.valueStream().anyMatch(each -> isUs(each)) : isUs(audience);
        JsonNode party = claims.path("azp");
        boolean isParty = party.isMissingNode() ? !audience.isArray() || audience.size() == 1 : isUs(party);
        if (!isOurs || !isParty) {
            throw wrong(sentence("the token was issued for another application"));
        }
    }

    private boolean isUs(JsonNode node) {
        return node.isString() && node.stringValue().equals(client.clientId());
    }

    private void checkTimes(JsonNode claims) throws OidcFailure {
        Instant now = clock.instant();
        Instant end = time(claims, "exp");
        Instant begin = time(claims, "iat");
        if (end == null || begin == null) {
            throw wrong(sentence("the token has no validity period"));
        }
        if (!now.isBefore(end.plus(LEEWAY)) || begin.isBefore(now.minus(OLDEST))) {
            throw wrong(sentence("the token has expired"));
        }
        Instant from = time(claims, "nbf");
        if (begin.isAfter(now.plus(LEEWAY)) || (from != null && from.isAfter(now.plus(LEEWAY)))) {
            throw wrong(sentence("the token is not valid yet; check the clocks of both servers"));
        }
    }

    /** Checks when the person last signed in, which can be long before the token was made. */
    private void checkShownNow(JsonNode claims, OidcAttempt attempt) throws OidcFailure {
        Instant shown = time(claims, "auth_time");
        if (shown == null
                || shown.isBefore(attempt.begunAt().minus(LEEWAY))
                || shown.isAfter(clock.instant().plus(LEEWAY))) {
            throw OidcFailure.refused(
                    sentence("{provider} did not ask you to sign in again. Try again.", client.name()));
        }
    }

    private Identity identity(JsonNode claims) throws OidcFailure {
        JsonNode subject = claims.path("sub");
        if (!subject.isString() || !isText(subject.stringValue(), SUBJECT_CHARS_MAX)) {
            throw wrong(sentence("the token names no person"));
        }
        String email = text(claims, "email", EMAIL_CHARS_MAX);
        String name = text(claims, "name", NAME_CHARS_MAX);
        String shown = email != null ? email : name != null ? name : subject.stringValue();
        boolean isTheirs = claims.path("email_verified").isBoolean()
                && claims.path("email_verified").booleanValue();
        return new Identity(
                client.issuer().toString(),
                subject.stringValue(),
                isTheirs ? email : null,
                name == null ? "" : name,
                shown);
    }

    private static @Nullable String text(JsonNode claims, String field, int most) {
        String text = claims.path(field).asString("").strip();
        return isText(text, most) ? text : null;
    }

    private static boolean isText(String text, int most) {
        return !text.isBlank() && text.length() <= most && text.chars().noneMatch(Character::isISOControl);
    }

    private static boolean same(String expected, JsonNode node) {
        return node.isString()
                && MessageDigest.isEqual(
                        expected.getBytes(StandardCharsets.UTF_8),
                        node.stringValue().getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable Instant time(JsonNode claims, String field) {
        JsonNode node = claims.path(field);
        boolean isTime = node.isIntegralNumber()
                && node.canConvertToLong()
                && node.longValue() >= 0
                && node.longValue() <= SECONDS_MAX;
        return isTime ? Instant.ofEpochSecond(node.longValue()) : null;
    }

    private JsonNode json(String part) throws OidcFailure {
        try {
            JsonNode json = Json.STRICT.readTree(bytes(part));
            if (json.isObject()) {
                return json;
            }
        } catch (JacksonException | NumberFormatException e) {
            log.debug("token part is not JSON", e);
        }
        throw wrong(sentence("its token cannot be read"));
    }

    private byte[] bytes(String part) throws OidcFailure {
        try {
            return Base64.getUrlDecoder().decode(part);
        } catch (IllegalArgumentException e) {
            throw wrong(sentence("its token cannot be read"));
        }
    }

    private OidcFailure wrong(Sentence what) {
        log.warn(Event.SIGN_IN_FAILED, "a sign-in token of {} was rejected: {}", client.name(), what);
        return OidcFailure.refused(sentence(
                "The sign-in with {provider} failed: {what}. Try again, or contact the operator.",
                client.name(),
                what));
    }
}
