package dev.tollgate.http.exchange;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.BodyGate;
import dev.tollgate.http.BodyKind;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Route;
import dev.tollgate.http.StreamedBody;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The checks before a handler runs: path, preflight, route, gate, body; the first that objects ends the
 * exchange. The gate comes before anything is said about the body, and before the body is read.
 */
public record Admission(FrontParts parts) {

    /** The target of an OPTIONS that asks about no path (RFC 9110, 9.3.7). */
    private static final String WHOLE_SERVER = "*";

    /** Headers that say who asks. A proxy before us may go by one of two of them, and we by the other. */
    private static final List<String> CREDENTIALS = List.of("Authorization", "x-goog-api-key", "x-api-key");

    private static final int SHOWN_CHARS_MAX = 200;

    /** The resources of Google's own runtime, for which clients of its Interactions API have methods (Y41). */
    private static final Pattern GOOGLES_OWN = Pattern.compile(
            "(?:/v1/gemini)?/v1(?:beta)?/(?:agents|environments|triggers|webhooks|voices|credentials)(?:/.*)?");

    private static final String GOOGLES_OWN_HINT =
            " Of Google's Interactions API, POST /v1beta/interactions and GET and DELETE of /v1beta/interactions/{id} are served here.";

    public void admit(CallerExchange exchange) {
        exchange.guard(() -> {
            if (parts.trustedHops() > 0 && !exchange.address().enter()) {
                exchange.fail(tooMany());
                return;
            }
            if (parts.trustedHops() > 0) {
                exchange.chargeHead();
            }
            exchange.requestHead().decodePath();
            String origin = preflightOrigin(exchange);
            if (origin != null && parts.routes().isApi(exchange.path())) {
                preflight(exchange, origin);
            } else {
                route(exchange);
            }
        });
    }

    private ApiError tooMany() {
        return ApiError.of(
                        ErrorCode.RATE_LIMIT_EXCEEDED,
                        "Too many requests at once: " + parts.callers().max() + " may come from one address.")
                .retryAfter(Duration.ofSeconds(1));
    }

    private static @Nullable String preflightOrigin(CallerExchange exchange) {
        boolean preflight =
                exchange.method().equals("OPTIONS") && exchange.header("access-control-request-method") != null;
        return preflight ? exchange.header("origin") : null;
    }

    private void preflight(CallerExchange exchange, String origin) {
        String names = String.join(",", exchange.headers("access-control-request-headers"));
        parts.cors().preflight(origin, names, exchange.response().unsent());
        exchange.empty(204);
    }

    private void route(CallerExchange exchange) {
        if (exchange.method().equals("OPTIONS") && exchange.path().equals(WHOLE_SERVER)) {
            exchange.setHeader("allow", parts.routes().methods());
            exchange.empty(204);
            return;
        }
        if (isMisaddressed(exchange)) {
            return;
        }
        Routes.Found found = parts.routes().find(exchange.method(), exchange.path());
        if (!(found instanceof Routes.Hit) && isToldAnother(exchange, MistakenBase.corrected(exchange.path()))) {
            return;
        }
        switch (found) {
            case Routes.Hit hit -> enter(exchange, hit);
            case Routes.WrongMethod wrong -> wrongMethod(exchange, wrong);
            case Routes.Unknown unknown -> unknownPath(exchange, unknown);
        }
    }

    /**
     * Names the right address to programs that were given a wrong base URL. This comes before the routes, since the id of a model may contain slashes.
     * Nothing is served at such an address: a proxy that keeps {@code /admin} inside would let {@code //admin} through.
     */
    private boolean isMisaddressed(CallerExchange exchange) {
        return isToldAnother(exchange, MistakenBase.ofModel(MistakenBase.beginning(exchange.path())));
    }

    /** Names another address if something is served there. */
    private boolean isToldAnother(CallerExchange exchange, String right) {
        if (right.equals(exchange.path()) || !parts.routes().isApi(right)) {
            return false;
        }
        ErrorFormat errors =
                switch (parts.routes().find(exchange.method(), right)) {
                    case Routes.Hit hit -> hit.route().errors();
                    case Routes.WrongMethod wrong -> wrong.errors();
                    case Routes.Unknown unknown -> null;
                };
        if (errors == null) {
            return false;
        }
        exchange.formatErrors(errors);
        String message = "Unknown request URL: " + shown(exchange) + ". The right one is " + shown(right)
                + ": correct the base URL of your program.";
        // Claude Code shows the message of a 400, but not of a 404.
        exchange.fail(ApiError.of(ErrorCode.INVALID_REQUEST, message)
                .withStatus(UnservedProtocol.at(right) == null ? 404 : 400));
        return true;
    }

    private static void unknownPath(CallerExchange exchange, Routes.Unknown unknown) {
        Unserved unserved = Unserved.at(exchange.path());
        if (unserved == Unserved.LIVE && isWebSocket(exchange)) {
            exchange.formatErrors(unknown.errors());
            refuseWebSocket(exchange, unserved.hint);
            return;
        }
        UnservedProtocol protocol = UnservedProtocol.at(exchange.path());
        exchange.formatErrors(protocol == null ? unknown.errors() : protocol.errors(exchange));
        String hint = protocol != null ? " " + protocol.hint() : hint(unserved, exchange.path());
        exchange.fail(ApiError.of(ErrorCode.INVALID_REQUEST, "Unknown request URL: " + shown(exchange) + "." + hint)
                .withStatus(404));
    }

    private static String hint(@Nullable Unserved unserved, String path) {
        if (unserved != null) {
            return " " + unserved.hint;
        }
        return GOOGLES_OWN.matcher(path).matches() ? GOOGLES_OWN_HINT : "";
    }

    private static void wrongMethod(CallerExchange exchange, Routes.WrongMethod wrong) {
        if (exchange.method().equals("OPTIONS")) {
            exchange.setHeader("allow", wrong.allow());
            exchange.empty(204);
            return;
        }
        exchange.formatErrors(wrong.errors());
        if (isWebSocket(exchange) && exchange.path().endsWith("/responses")) {
            refuseWebSocket(exchange, "Use POST /v1/responses.");
            return;
        }
        exchange.fail(ApiError.of(
                        ErrorCode.INVALID_REQUEST,
                        "Not allowed: " + shown(exchange) + ". This URL takes " + wrong.allow() + ".")
                .withStatus(405)
                .withHeader("allow", wrong.allow()));
    }

    /** Codex goes on over HTTP at once after a 426 alone (E27). Proxies drop the header {@code Upgrade}. */
    private static boolean isWebSocket(CallerExchange exchange) {
        return exchange.method().equals("GET")
                && ("websocket".equalsIgnoreCase(exchange.header("upgrade"))
                        || exchange.header("sec-websocket-key") != null);
    }

    private static void refuseWebSocket(CallerExchange exchange, String instead) {
        exchange.response().closeAfterwards();
        exchange.fail(ApiError.of(ErrorCode.INVALID_REQUEST, "WebSocket is not served here. " + instead)
                .withStatus(426)
                .withHeader("upgrade", "HTTP/1.1")
                .withHeader("connection", "upgrade"));
    }

    private static String shown(CallerExchange exchange) {
        return shown(exchange.method() + " " + exchange.path());
    }

    private static String shown(String text) {
        return text.length() <= SHOWN_CHARS_MAX ? text : text.substring(0, SHOWN_CHARS_MAX) + "...";
    }

    private void enter(CallerExchange exchange, Routes.Hit hit) {
        Route<?> route = hit.route();
        exchange.routed(hit);
        if (parts.isDraining() && !route.servedWhileDraining()) {
            exchange.fail(shuttingDown());
            return;
        }
        refuseSeveralCredentials(exchange);
        askGate(exchange, route);
    }

    private static void refuseSeveralCredentials(CallerExchange exchange) {
        for (String name : CREDENTIALS) {
            if (exchange.requestHead().isRepeated(name)) {
                throw ApiError.invalid(name, "The header " + name + " was sent more than once; it must come once.")
                        .asException();
            }
        }
    }

    private static ApiError shuttingDown() {
        return ApiError.of(ErrorCode.INTERNAL_ERROR, sentence("The server is shutting down. Retry in a moment."))
                .withStatus(503)
                .retryAfter(Duration.ofSeconds(1));
    }

    /** An answer that is there already costs no callback and needs no pause of the body. */
    private static <C> void askGate(CallerExchange exchange, Route<C> route) {
        Future<C> answer = route.gate().admit(exchange);
        if (answer.isComplete()) {
            answered(exchange, route, answer);
        } else {
            exchange.requestBody().pause();
            answer.onComplete(late -> exchange.guard(() -> answered(exchange, route, answer)));
        }
    }

    private static <C> void answered(CallerExchange exchange, Route<C> route, Future<C> answer) {
        if (!exchange.isOpen()) {
            return;
        }
        if (answer.failed()) {
            exchange.fail(answer.cause());
            return;
        }
        C caller = answer.result();
        exchange.admitted(route.gate().payer(caller));
        takeBody(exchange, route, caller);
    }

    private static <C> void takeBody(CallerExchange exchange, Route<C> route, C caller) {
        if (route.bodies().isEmpty() || !exchange.requestBody().isAnnounced()) {
            route.handler().handle(exchange, caller);
            return;
        }
        BodyKind.check(route.bodies(), exchange.header("content-type"));
        BodyGate<? super C> gate = route.bodyGate();
        ContentCoding coding = exchange.header("content-encoding") == null
                ? ContentCoding.IDENTITY
                : ContentCoding.of(exchange.headers("content-encoding"), gate != null);
        StreamedBody streamed = route.streamed();
        if (streamed != null) {
            exchange.requestBody().awaitReader(streamed);
            route.handler().handle(exchange, caller);
            return;
        }
        Supplier<BodyGate.Question> large = gate == null ? null : () -> gate.ask(exchange, caller);
        exchange.requestBody().take(coding, large, () -> route.handler().handle(exchange, caller));
    }

    /** A part of OpenAI's and Google's APIs that is not served, and what there is instead. */
    private enum Unserved {
        TRANSLATIONS(
                "/v1/audio/translations",
                "Translations of speech are not served: POST /v1/audio/transcriptions writes it down, and any model at"
                        + " /v1/chat/completions translates that."),
        UPLOADS(
                "/v1/uploads",
                "Uploads in parts are not served: POST /v1/files takes a file of up to 100 MiB as a whole."),
        VIDEOS("/v1/videos", "No model here makes videos."),
        LIVE(
                "/v1/realtime",
                "There are no live sessions. Use POST /v1/audio/speech and POST /v1/audio/transcriptions.");

        /** Google's clients open their sessions below it. */
        private static final String GOOGLES_SESSIONS = "/ws/google.ai.generativelanguage.";

        private final String path;
        private final String hint;

        Unserved(String path, String hint) {
            this.path = path;
            this.hint = hint;
        }

        /** Returns what has this path, with {@code /v1} or without it; null if nothing known has. */
        static @Nullable Unserved at(String asked) {
            if (asked.startsWith(GOOGLES_SESSIONS)) {
                return LIVE;
            }
            String full = asked.startsWith("/v1/") ? asked : "/v1" + asked;
            return Arrays.stream(values())
                    .filter(each -> full.equals(each.path) || full.startsWith(each.path + "/"))
                    .findAny()
                    .orElse(null);
        }
    }

    /** A protocol that is not served. Its programs show the message of an error only in the protocol's own shape. */
    private enum UnservedProtocol {
        ANTHROPIC_MESSAGES(
                "/messages",
                "Of Anthropic's Messages API, POST /v1/messages and POST /v1/messages/count_tokens are served here.");

        private final String path;
        private final String hint;

        UnservedProtocol(String path, String hint) {
            this.path = path;
            this.hint = hint;
        }

        /** The protocol whose path this is, with {@code /v1} or without it, or null. */
        static @Nullable UnservedProtocol at(String path) {
            return Arrays.stream(values())
                    .filter(each -> each.has(path))
                    .findAny()
                    .orElse(null);
        }

        private boolean has(String asked) {
            return List.of(path, "/v1" + path).stream()
                    .anyMatch(own -> asked.equals(own) || asked.startsWith(own + "/"));
        }

        /** Returns advice for the caller. */
        String hint() {
            return hint;
        }

        ErrorFormat errors(Exchange exchange) {
            exchange.setHeader("request-id", exchange.requestId());
            return error -> anthropic(error, exchange.requestId());
        }

        /** Used for unknown paths only, so the type is always the same. */
        private static byte[] anthropic(ApiError error, String requestId) {
            ObjectNode tree = JsonNodeFactory.instance.objectNode().put("type", "error");
            tree.putObject("error")
                    .put("type", "not_found_error")
                    .put("message", error.message())
                    .putObject("details")
                    .put("error_code", error.code().code())
                    .putNull("param");
            return tree.put("request_id", requestId).toString().getBytes(StandardCharsets.UTF_8);
        }
    }
}
