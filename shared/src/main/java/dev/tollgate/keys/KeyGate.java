package dev.tollgate.keys;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The first three steps of a call's life: is the key good, may it be used from there, is it not used too often; and is it of a kind that the
 * route takes. Runs on the exchange's event loop and does not block.
 */
public final class KeyGate implements Gate<KeyCaller> {

    private static final String SCHEME = "bearer ";
    private static final String GOOGLES = "x-goog-api-key";
    private static final String ANTHROPICS = "x-api-key";
    private static final String OF_CHATGPT = "This is a sign-in token of ChatGPT, not an API key of this server."
            + " Run 'codex login --with-api-key' or set env_key in the provider.";
    private static final String OF_GOOGLE =
            "This is a key of Google, not an API key of this server. Set GEMINI_API_KEY to a key of this server.";
    private static final String OF_ANTHROPIC = "This is a key of Anthropic, not an API key of this server."
            + " Set ANTHROPIC_AUTH_TOKEN to a key of this server.";
    private static final String STRANGE =
            "The API key has a character that no key has, such as a space, a quotation mark or an invisible"
                    + " character pasted with it; allowed are A-Z, a-z, 0-9, '_' and '-'.";
    private static final Duration STORE_WAIT = Duration.ofSeconds(1);

    private final Keys keys;
    private final RequestCount count;
    private final Manner manner;

    private final Taken taken;

    /** The ways in which a request carries its key. */
    private enum Manner {
        OPENAI(""),
        GOOGLE(", also as Google's clients send it"),
        ANTHROPIC(", also as Anthropic's clients send it"),
        ANY(", also as Google's or Anthropic's clients send it");

        private final String shown;

        Manner(String shown) {
            this.shown = shown;
        }
    }

    /**
     * The keys that are let in.
     *
     * @param api whether API keys are
     * @param owned whether API keys of members and teams are, too
     * @param management whether management keys are
     * @param scope the scope that a management key needs; null for none
     */
    private record Taken(
            boolean api,
            boolean owned,
            boolean management,
            @Nullable Scope scope) {

        static final Taken ALL = new Taken(true, true, true, null);
        static final Taken API = new Taken(true, true, false, null);

        String shown() {
            String with = scope == null ? "" : " with " + scope.code();
            String its = owned ? "API" : "account's API";
            return !management ? its + " key" : !api ? "management key" + with : its + " or management key" + with;
        }

        void check(Key key) {
            if (key.settings().kind() == KeyKind.MANAGEMENT) {
                checkManagement(key.settings().scopes());
            } else if (!api) {
                throw forbidden("An API key cannot administer an account; use a management key.");
            } else if (!owned && !key.owner().id().isEmpty()) {
                throw forbidden("A key of a member or a team does not see the account's balance, which receipts state;"
                        + " use an API key of the account.");
            }
        }

        private void checkManagement(Set<Scope> scopes) {
            if (!management) {
                throw forbidden("A management key cannot call models; use an API key.");
            }
            if (scope != null) {
                scope.require(scopes);
            }
        }

        private static ApiException forbidden(String message) {
            return ApiError.of(ErrorCode.INVALID_API_KEY, message)
                    .withStatus(403)
                    .asException();
        }
    }

    private KeyGate(Keys keys, RequestCount count, Manner manner, Taken taken) {
        this.keys = keys;
        this.count = count;
        this.manner = manner;
        this.taken = taken;
    }

    /** Makes a gate for keys of every kind, sent as OpenAI's clients send them. */
    public KeyGate(Keys keys, RequestCount count) {
        this(keys, count, Manner.OPENAI, Taken.ALL);
    }

    /** Returns the gate for keys that may also come in the header of Google's clients (D23). */
    public KeyGate orAsGooglesClients() {
        return new KeyGate(keys, count, Manner.GOOGLE, taken);
    }

    /** Returns the gate for keys that may also come in the header of Anthropic's clients (E38). */
    public KeyGate orAsAnthropicsClients() {
        return new KeyGate(keys, count, Manner.ANTHROPIC, taken);
    }

    /** Returns this gate for counts of tokens, which have a limit of their own (E44). */
    public KeyGate forTokenCounts() {
        return new KeyGate(keys, count.ofTokenCounts(), manner, taken);
    }

    /** Returns the gate for a path of all protocols: the header of Google's clients counts if there is no other key (D51). */
    public KeyGate orAsAnyClient() {
        return new KeyGate(keys, count, Manner.ANY, taken);
    }

    /** Returns whether the key of a path of all protocols comes as Google's clients send it (D51). */
    public static boolean isOfGooglesClient(Exchange exchange) {
        return exchange.header("authorization") == null
                && exchange.header(ANTHROPICS) == null
                && exchange.header(GOOGLES) != null;
    }

    /** Returns whether a request to a path of all protocols is of Anthropic's API (E17). */
    public static boolean isOfAnthropicsClient(Exchange exchange) {
        return exchange.header("anthropic-version") != null && !isOfGooglesClient(exchange);
    }

    /** Returns the gate for keys that may call models. */
    public KeyGate forModels() {
        return new KeyGate(keys, count, manner, Taken.API);
    }

    /** Returns the gate for management keys, whose scopes the handler checks. */
    public KeyGate forManagement() {
        return new KeyGate(keys, count, manner, new Taken(false, false, true, null));
    }

    /** Returns the gate for management keys with a scope. */
    public KeyGate forManagement(Scope scope) {
        return new KeyGate(keys, count, manner, new Taken(false, false, true, scope));
    }

    /** Returns the gate for API keys, and for management keys with a scope. */
    public KeyGate orManagement(Scope scope) {
        return new KeyGate(keys, count, manner, new Taken(true, true, true, scope));
    }

    /** Returns the gate for API keys of the account, not of members and teams, and for management keys with a scope. */
    public KeyGate ofAccountOrManagement(Scope scope) {
        return new KeyGate(keys, count, manner, new Taken(true, false, true, scope));
    }

    @Override
    public String name() {
        return taken.shown() + manner.shown;
    }

    @Override
    public String payer(KeyCaller caller) {
        return caller.accountId();
    }

    @Override
    public Future<KeyCaller> admit(Exchange exchange) {
        String secret =
                switch (manner) {
                    case OPENAI -> secret(exchange);
                    case GOOGLE -> googleSecret(exchange);
                    case ANTHROPIC -> anthropicSecret(exchange);
                    case ANY -> isOfGooglesClient(exchange) ? googleSecret(exchange) : anthropicSecret(exchange);
                };
        Promise<KeyCaller> answer = Promise.promise();
        Thread loop = Thread.currentThread();
        String unknown = secret.startsWith("sk-ant-") ? OF_ANTHROPIC : "The API key is invalid.";
        keys.authenticate(secret, exchange.network(), found -> {
            if (loop.equals(Thread.currentThread())) {
                complete(answer, exchange, found, unknown);
            } else {
                exchange.run(() -> complete(answer, exchange, found, unknown));
            }
        });
        return answer.future();
    }

    /** @param unknown the message if there is no such key */
    private void complete(Promise<KeyCaller> answer, Exchange exchange, Authentication found, String unknown) {
        try {
            if (found instanceof Authentication.NotUsable of) {
                exchange.shownKey(of.key().accountId(), of.key().id());
            }
            answer.complete(admit(exchange, found, unknown));
        } catch (RuntimeException e) {
            answer.fail(e);
        }
    }

    private static String secret(Exchange exchange) {
        String authorization = exchange.header("authorization");
        if (authorization == null || authorization.isBlank()) {
            throw refuse("An API key is required: send it as 'Authorization: Bearer sk-…'.");
        }
        if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw refuse("The 'Authorization' header must have the form 'Bearer sk-…'.");
        }
        return checked(authorization.substring(SCHEME.length()).strip(), exchange);
    }

    /** Names the service of a key that is not of this server, since the user has configured the client for it. */
    private static String checked(String secret, Exchange exchange) {
        if (secret.startsWith("eyJ") && exchange.header("chatgpt-account-id") != null) {
            throw refuse(OF_CHATGPT);
        }
        if (secret.startsWith("AIza")) {
            throw refuse(OF_GOOGLE);
        }
        if (!secret.startsWith("sk-")) {
            throw refuse("The API key must start with 'sk-'.");
        }
        if (!KeySecret.hasKeyCharactersOnly(secret)) {
            throw refuse(STRANGE);
        }
        return secret;
    }

    /** Returns the key as Google's clients send it, in a header. In the query it would end up in logs, ours or those on the way (D23). */
    private static String googleSecret(Exchange exchange) {
        if (exchange.query("key") != null) {
            throw refuse("An API key in the query is not accepted: send it in the header 'x-goog-api-key'.");
        }
        String header = exchange.header(GOOGLES);
        if (header != null && !header.isBlank()) {
            return checked(header.strip(), exchange);
        }
        if (exchange.header("authorization") == null) {
            throw refuse("An API key is required: send it in the header 'x-goog-api-key'.");
        }
        return secret(exchange);
    }

    /** A proxy on the way may judge one of two keys, and this gate the other: both have to be the same. */
    private static String anthropicSecret(Exchange exchange) {
        String header = exchange.header(ANTHROPICS);
        String authorization = exchange.header("authorization");
        if (header == null || header.isBlank()) {
            return secret(exchange);
        }
        String secret = checked(header.strip(), exchange);
        if (authorization != null
                && !authorization.isBlank()
                && !secret(exchange).equals(secret)) {
            throw ApiError.invalid(
                            ANTHROPICS,
                            "The headers 'x-api-key' and 'Authorization' have different keys; send only one of them.")
                    .asException();
        }
        return secret;
    }

    private KeyCaller admit(Exchange exchange, Authentication found, String unknown) {
        return switch (found) {
            case Authentication.Found good -> admit(exchange, good);
            case Authentication.Unknown none ->
                throw exchange.refuseWrongKey(ApiError.of(ErrorCode.INVALID_API_KEY, unknown));
            case Authentication.NotUsable its -> throw refusal(its).asException();
            case Authentication.Unavailable unavailable ->
                throw ApiError.of(
                                ErrorCode.INTERNAL_ERROR, "The API key cannot be checked right now. Please try again.")
                        .withStatus(503)
                        .retryAfter(STORE_WAIT)
                        .asException();
        };
    }

    private static ApiError refusal(Authentication.NotUsable found) {
        return switch (found) {
            case Authentication.Deleted deleted -> invalid("The API key was deleted.");
            case Authentication.Replaced replaced -> invalid("The API key has been replaced by a new one.");
            case Authentication.Disabled disabled -> invalid("The API key is disabled.");
            case Authentication.Expired expired -> invalid("The API key has expired.");
            case Authentication.AccountBlocked blocked -> invalid("The account of this API key is blocked.");
            case Authentication.TeamPaused(Key key) -> teamPaused(key.pausedTeam());
        };
    }

    /** Refuses to go on with what a key began, if the key may no longer be used from an address. */
    public static void requireUsable(Authentication found, String address) {
        switch (found) {
            case Authentication.Found good -> requireAllowed(good.key(), address);
            case Authentication.NotUsable its -> throw refusal(its).asException();
            case Authentication.Unknown none -> throw refuse("The API key was deleted.");
            case Authentication.Unavailable unavailable -> throw new IllegalStateException("a key was not looked up");
        }
    }

    private static void requireAllowed(Key key, String address) {
        if (!key.allows(address)) {
            throw ApiError.of(
                            ErrorCode.IP_NOT_ALLOWED,
                            "The address " + address + " is not in the allowlist of this API key.")
                    .asException();
        }
    }

    private KeyCaller admit(Exchange exchange, Authentication.Found found) {
        Key key = found.key();
        exchange.shownKey(key.accountId(), key.id());
        requireAllowed(key, exchange.remoteAddress());
        KeyCaller caller = new KeyCaller(key, found.accountRates(), found.labels());
        boolean isAnthropics = manner == Manner.ANTHROPIC || manner == Manner.ANY && isOfAnthropicsClient(exchange);
        count.count(exchange, caller, isAnthropics);
        taken.check(key);
        return caller;
    }

    /** Returns the refusal of a key whose team is paused. */
    public static ApiError teamPaused(@Nullable String name) {
        return ApiError.of(ErrorCode.INVALID_API_KEY, "The team '" + name + "' is paused.")
                .withStatus(403);
    }

    private static ApiError invalid(String message) {
        return ApiError.of(ErrorCode.INVALID_API_KEY, message);
    }

    private static ApiException refuse(String message) {
        return invalid(message).asException();
    }
}
