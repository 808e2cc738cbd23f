package dev.tollgate.customers.oidc;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.people.identity.Identity;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.secrets.SecretBox;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Attempts and shown identities as they travel through one browser: sealed, and good in that browser alone, for a while. Thread-safe. */
final class Sealed {

    private static final Duration ATTEMPT = Duration.ofMinutes(15); // time for a password and a phone at the provider
    private static final Duration IDENTITY = Duration.ofMinutes(15);
    private static final int CHARS_MAX = 12_000;
    private static final String ATTEMPT_OF = "attempt of ";
    private static final String IDENTITY_OF = "identity of ";

    private final SecretBox.Purpose secrets;
    private final InstantSource clock;

    Sealed(SecretBox secrets, InstantSource clock) {
        this.secrets = secrets.purpose("OpenID Connect");
        this.clock = clock;
    }

    String attempt(OidcAttempt attempt, String browser) {
        ObjectNode json = ApiJson.MAPPER
                .createObjectNode()
                .put("purpose", attempt.purpose().name())
                .put("to", attempt.to())
                .put("invitation", attempt.invitation())
                .put("nonce", attempt.nonce())
                .put("verifier", attempt.verifier())
                .put("at", attempt.begunAt().toEpochMilli());
        return seal(json, ATTEMPT_OF + browser);
    }

    /** Null if this browser has not begun it, or too long ago. */
    @Nullable
    OidcAttempt attempt(String sealed, String browser) {
        JsonNode json = open(sealed, ATTEMPT_OF + browser, ATTEMPT);
        return json == null
                ? null
                : new OidcAttempt(
                        OidcAttempt.Purpose.valueOf(json.path("purpose").stringValue()),
                        json.path("to").stringValue(),
                        text(json, "invitation"),
                        json.path("nonce").stringValue(),
                        json.path("verifier").stringValue(),
                        at(json));
    }

    String identity(OidcSignIn.ProvenIdentity shown, String browser) {
        Identity identity = shown.identity();
        ObjectNode json = ApiJson.MAPPER
                .createObjectNode()
                .put("issuer", identity.issuer())
                .put("subject", identity.subject())
                .put("email", identity.email())
                .put("name", identity.name())
                .put("label", identity.label())
                .put("to", shown.to())
                .put("invitation", shown.invitation())
                .put("at", clock.millis());
        return seal(json, IDENTITY_OF + browser);
    }

    /** Null if this browser has not shown it, or too long ago. */
    OidcSignIn.@Nullable ProvenIdentity identity(String sealed, String browser) {
        JsonNode json = open(sealed, IDENTITY_OF + browser, IDENTITY);
        return json == null
                ? null
                : new OidcSignIn.ProvenIdentity(
                        new Identity(
                                json.path("issuer").stringValue(),
                                json.path("subject").stringValue(),
                                text(json, "email"),
                                json.path("name").stringValue(),
                                json.path("label").stringValue()),
                        json.path("to").stringValue(),
                        text(json, "invitation"));
    }

    private String seal(ObjectNode json, String context) {
        byte[] sealed = secrets.seal(ApiJson.MAPPER.writeValueAsBytes(json), context);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
    }

    private @Nullable JsonNode open(String sealed, String context, Duration good) {
        if (sealed.length() > CHARS_MAX) {
            return null;
        }
        try {
            byte[] plain = secrets.open(Base64.getUrlDecoder().decode(sealed), context);
            JsonNode json = ApiJson.MAPPER.readTree(new String(plain, StandardCharsets.UTF_8));
            return clock.instant().isBefore(at(json).plus(good)) ? json : null;
        } catch (IllegalArgumentException | StoreException | JacksonException e) {
            return null;
        }
    }

    private static Instant at(JsonNode json) {
        return Instant.ofEpochMilli(json.path("at").longValue());
    }

    private static @Nullable String text(JsonNode json, String field) {
        JsonNode node = json.path(field);
        return node.isString() ? node.stringValue() : null;
    }
}
