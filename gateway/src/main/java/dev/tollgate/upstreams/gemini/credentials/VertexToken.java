package dev.tollgate.upstreams.gemini.credentials;

import dev.tollgate.base.json.Json;
import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Request;
import dev.tollgate.http.client.WholeReply;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.connections.NotAdmitted;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A service account's token. One call fetches it for all that wait. It is fetched again five minutes before its end, while the old one
 * still works. Safe for use by several event loops: each gets its answer on its own.
 */
public final class VertexToken {

    private static final String GRANT = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
    private static final long EARLY_MILLIS = 5 * 60_000;
    private static final long FETCH_MILLIS = 10_000;
    private static final long RETRY_MILLIS = 10_000;

    /** The age below which a token was not refused for its age. */
    private static final long YOUNG_MILLIS = 60_000;

    private static final long LIFE_SECONDS_MAX = 86_400;
    private static final int ANSWER_BYTES_MAX = 64 * 1024;
    private static final Token NONE = new Token("", 0, 0);

    private record Token(String value, long sinceMillis, long untilMillis) {}

    private final ServiceAccount account;
    private final FarEnd farEnd;
    private final InstantSource clock;
    private final AtomicReference<@Nullable Promise<String>> fetching = new AtomicReference<>();
    private volatile Token token = NONE;
    private volatile long lastFetchMillis = Long.MIN_VALUE;

    /** @param farEnd where tokens are given out */
    public VertexToken(ServiceAccount account, FarEnd farEnd, InstantSource clock) {
        this.account = account;
        this.farEnd = farEnd;
        this.clock = clock;
    }

    /** The token of now; fails with {@link NotAdmitted}. Completes on the current event loop. */
    public Future<String> get() {
        Token known = token;
        long now = clock.millis();
        if (now >= known.untilMillis()) {
            return here(fetch());
        }
        if (now >= known.untilMillis() - EARLY_MILLIS && now - lastFetchMillis >= RETRY_MILLIS) {
            fetch();
        }
        return Future.succeededFuture(known.value());
    }

    /** Returns the token that was fetched last, whether it is still good or not. */
    public String current() {
        return token.value();
    }

    /** Drops the token after a 401. @return whether the token was no new one, so that the next may do */
    public boolean dropIfUsed() {
        Token refused = token;
        token = NONE;
        return clock.millis() - refused.sinceMillis() > YOUNG_MILLIS;
    }

    /** Ends the connections. */
    public void close() {
        farEnd.close();
    }

    private Future<String> here(Future<String> fetched) {
        Context loop = farEnd.vertx().getOrCreateContext();
        Promise<String> mine = Promise.promise();
        fetched.onComplete(outcome -> loop.runOnContext(_ -> {
            if (outcome.succeeded()) {
                mine.complete(outcome.result());
            } else {
                mine.fail(outcome.cause());
            }
        }));
        return mine.future();
    }

    private Future<String> fetch() {
        Promise<String> own = Promise.promise();
        Promise<String> others = fetching.compareAndExchange(null, own);
        if (others != null) {
            return others.future();
        }
        lastFetchMillis = clock.millis();
        Vertx vertx = farEnd.vertx();
        // Signing takes long for an event loop.
        vertx.executeBlocking(() -> GRANT + account.assertion(clock.instant()), false)
                .compose(this::exchange)
                .onComplete(outcome -> {
                    fetching.set(null);
                    if (outcome.succeeded()) {
                        own.complete(outcome.result());
                    } else {
                        own.fail(refusal(outcome.cause()));
                    }
                });
        return own.future();
    }

    private Future<String> exchange(String form) {
        Request request = farEnd.request("POST", "").with("content-type", "application/x-www-form-urlencoded");
        return farEnd.connect(request)
                .compose(roundtrip -> {
                    Future<WholeReply> answer = WholeReply.of(roundtrip, ANSWER_BYTES_MAX);
                    roundtrip.await(FETCH_MILLIS, false);
                    roundtrip.send(form.getBytes(StandardCharsets.US_ASCII));
                    return answer;
                })
                .compose(this::take);
    }

    private Future<String> take(WholeReply answer) {
        int status = answer.status();
        JsonNode json = json(answer.body());
        String value = json.path("access_token").asString("");
        if (status != 200 || !FarEnd.isToken(value)) {
            Kind kind = status >= 400 && status < 500 && status != 429 && status != 408
                    ? Kind.MISCONFIGURED
                    : Kind.UNAVAILABLE;
            String word = json.path("error").asString("").replaceAll("[^a-z_]", "");
            return Future.failedFuture(refusal(kind, "no token: HTTP " + status + " " + word));
        }
        long now = clock.millis();
        long seconds = Math.clamp(json.path("expires_in").asLong(0), 0, LIFE_SECONDS_MAX);
        token = new Token(value, now, now + seconds * 1_000);
        return Future.succeededFuture(value);
    }

    private static JsonNode json(byte[] body) {
        try {
            return Json.tree(body);
        } catch (JacksonException e) {
            return Json.MAPPER.createObjectNode();
        }
    }

    private static NotAdmitted refusal(Throwable why) {
        return why instanceof NotAdmitted known
                ? known
                : refusal(Kind.UNAVAILABLE, "no token: " + why.getClass().getSimpleName());
    }

    private static NotAdmitted refusal(Kind kind, String detail) {
        return new NotAdmitted(new UpstreamFailure(kind, null, detail));
    }
}
