package dev.tollgate.customers.oidc;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.people.identity.Identity;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.storage.secrets.SecretBox;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends browsers to the provider and believes what they come back with, or not. Thread-safe; blocks, never on an event loop. */
public final class OidcSignIn implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(OidcSignIn.class);
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final int SECRET_BYTES = 32;
    private static final int TO_CHARS_MAX = 1_500; // it travels in an address, which some providers cut
    private static final int CODE_CHARS_MAX = 4_000;

    private final OidcClient client;
    private final ProviderCalls calls;
    private final ProviderDescription description;
    private final IdTokens tokens;
    private final Sealed sealed;
    private final InstantSource clock;
    private final RandomGenerator random;

    /** @param random a secure one */
    public OidcSignIn(
            Outbound outbound, OidcClient client, SecretBox secrets, InstantSource clock, RandomGenerator random) {
        this.client = client;
        this.calls = new ProviderCalls(outbound, client);
        this.description = new ProviderDescription(client, calls, clock);
        this.tokens = new IdTokens(client, new ProviderKeys(calls, clock), clock);
        this.sealed = new Sealed(secrets, clock);
        this.clock = clock;
        this.random = random;
    }

    /** Reads the provider's description, so that the log says at the start whether it can be used. Does not wait for it. */
    public void look() {
        Thread.ofVirtual().name("oidc-look").start(() -> {
            try {
                description.look();
                log.info("sign-in with {}: the provider's issuer {} matches oidc.issuer", client.name(), issuer());
            } catch (OidcFailure e) {
                log.debug("sign-in with {} cannot be used yet; see the previous line", client.name(), e);
            }
        });
    }

    /** Returns the provider's name for people. */
    public String name() {
        return client.name();
    }

    public String issuer() {
        return client.issuer().toString();
    }

    /** The next step of an attempt. */
    public sealed interface Step {

        /** @param url at the provider */
        record Away(String url) implements Step {}

        /** The provider says who it is. */
        record Known(OidcAttempt attempt, Identity identity) implements Step {}

        /**
         * The attempt ends here.
         *
         * @param attempt null if this browser has begun none
         * @param sentence for the person
         * @param isAway whether the provider is to blame
         */
        record Failed(@Nullable OidcAttempt attempt, Sentence sentence, boolean isAway) implements Step {}
    }

    /** An identity that a browser has shown. @param invitation the token of a link that lets them in; null without */
    public record ProvenIdentity(
            Identity identity, String to, @Nullable String invitation) {}

    /**
     * Begins an attempt.
     *
     * @param to where it goes on afterwards, a path of ours
     * @param browser what only this browser has
     */
    public Step begin(OidcAttempt.Purpose purpose, String to, @Nullable String invitation, String browser) {
        String way = to.length() <= TO_CHARS_MAX ? to : to.split("\\?", 2)[0];
        OidcAttempt attempt = new OidcAttempt(
                purpose,
                way.length() <= TO_CHARS_MAX ? way : "/dashboard",
                invitation,
                secret(),
                secret(),
                clock.instant());
        try {
            return new Step.Away(address(description.get(), attempt, browser));
        } catch (OidcFailure e) {
            return new Step.Failed(attempt, e.sentence(), e.isAway());
        }
    }

    private String address(ProviderDescription.Endpoints at, OidcAttempt attempt, String browser) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("response_type", "code");
        fields.put("client_id", client.clientId());
        fields.put("redirect_uri", client.redirectUri());
        fields.put("scope", "openid email profile");
        fields.put("state", sealed.attempt(attempt, browser));
        fields.put("nonce", attempt.nonce());
        fields.put("code_challenge", challenge(attempt.verifier()));
        fields.put("code_challenge_method", "S256");
        if (attempt.purpose() == OidcAttempt.Purpose.PROVE) {
            fields.put("prompt", "login");
            fields.put("max_age", "0");
        }
        return at.authorization() + (at.authorization().getRawQuery() == null ? "?" : "&") + UrlText.form(fields);
    }

    /**
     * Ends an attempt: the browser is back.
     *
     * @param state as it came
     * @param code null if there is none
     * @param error the provider's word for what is wrong; null if nothing is
     * @param browser what only this browser has
     */
    public Step end(String state, @Nullable String code, @Nullable String error, String browser) {
        OidcAttempt attempt = sealed.attempt(state, browser);
        if (attempt == null) {
            return new Step.Failed(
                    null,
                    sentence("This sign-in was started in another browser, or too long ago. Start again."),
                    false);
        }
        if (error != null || code == null || code.length() > CODE_CHARS_MAX) {
            return new Step.Failed(attempt, declined(error), false);
        }
        try {
            ProviderDescription.Endpoints at = description.get();
            return new Step.Known(attempt, tokens.read(token(at, code, attempt), attempt, at.keys()));
        } catch (OidcFailure e) {
            return new Step.Failed(attempt, e.sentence(), e.isAway());
        }
    }

    private Sentence declined(@Nullable String error) {
        if ("access_denied".equals(error)) {
            return sentence("{provider} refused the sign-in, or you cancelled it.", client.name());
        }
        return error != null && error.matches("[a-z_]{1,40}")
                ? sentence("{provider} refused the sign-in ({error}).", client.name(), error)
                : sentence("{provider} refused the sign-in.", client.name());
    }

    private String token(ProviderDescription.Endpoints at, String code, OidcAttempt attempt) throws OidcFailure {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("grant_type", "authorization_code");
        fields.put("code", code);
        fields.put("redirect_uri", client.redirectUri());
        fields.put("code_verifier", attempt.verifier());
        Map<String, String> headers = new LinkedHashMap<>();
        if (at.usesHeader()) {
            String pair = UrlText.encoded(client.clientId()) + ":" + UrlText.encoded(client.clientSecret());
            headers.put(
                    "authorization",
                    "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII)));
        } else {
            fields.put("client_id", client.clientId());
            fields.put("client_secret", client.clientSecret());
        }
        ProviderCalls.Reply reply = calls.post(at.token(), UrlText.form(fields), headers);
        if (reply.status() != 200) {
            log.warn(
                    Event.SIGN_IN_FAILED, "{} rejected its own sign-in code: status {}", client.name(), reply.status());
            throw reply.status() >= 500
                    ? calls.away()
                    : OidcFailure.refused(
                            sentence("{provider} rejected the sign-in code. Start again.", client.name()));
        }
        return reply.json().path("id_token").asString("");
    }

    // ---- through a form of ours ----

    /** An identity on its way through a page of ours. */
    public String seal(ProvenIdentity shown, String browser) {
        return sealed.identity(shown, browser);
    }

    /** Null if this browser has shown no such identity, or too long ago. */
    public @Nullable ProvenIdentity open(String carried, String browser) {
        return sealed.identity(carried, browser);
    }

    private String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return ENCODER.encodeToString(bytes);
    }

    private static String challenge(String verifier) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return ENCODER.encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public void close() {
        calls.close();
    }
}
