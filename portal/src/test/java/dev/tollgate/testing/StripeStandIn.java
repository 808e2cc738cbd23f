package dev.tollgate.testing;

import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Stripe, as far as it is asked for a payment and tells of it. */
public final class StripeStandIn implements AutoCloseable {

    public static final String KEY = "sk_test_stand_in_0123456789";
    public static final String SECRET = "whsec_of_the_stand_in";

    /** What it was asked for. */
    public record Session(String id, String intent, String payment, long netCents, Map<String, String> fields) {}

    private final FarServer far = new FarServer(this::answer);
    private final Map<String, Session> byKey = new ConcurrentHashMap<>();
    private final List<Session> sessions = new CopyOnWriteArrayList<>();
    private final Map<String, String> events = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private volatile int refusals;

    private FarServer.Answer answer(FarServer.Request request) {
        if (refusals > 0) {
            refusals--;
            return FarServer.whole(500, "{\"error\":{\"message\":\"try again\"}}");
        }
        String event = request.path().startsWith("/v1/events/")
                ? events.get(request.path().substring(11))
                : null;
        if (event != null && ("Bearer " + KEY).equals(request.headers().get("authorization"))) {
            return FarServer.whole(200, event);
        }
        if (!request.path().equals("/v1/checkout/sessions")
                || !("Bearer " + KEY).equals(request.headers().get("authorization"))) {
            return FarServer.whole(401, "{}");
        }
        Session session = byKey.computeIfAbsent(request.headers().get("idempotency-key"), key -> made(request.body()));
        return FarServer.whole(
                200,
                "{\"id\":\"" + session.id() + "\",\"livemode\":false,\"url\":\"" + far.url() + "/pay/" + session.id()
                        + "\"}");
    }

    private Session made(String form) {
        Map<String, String> fields = Arrays.stream(form.split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> decoded(pair[0]), pair -> decoded(pair[1])));
        int number = numbers.incrementAndGet();
        Session session = new Session(
                "cs_test_" + number + "x" + fields.get("client_reference_id").substring(4),
                "pi_" + number + "x" + fields.get("client_reference_id").substring(4),
                fields.get("client_reference_id"),
                Long.parseLong(fields.get("line_items[0][price_data][unit_amount]")),
                fields);
        sessions.add(session);
        return session;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    public String url() {
        return far.url();
    }

    public List<Session> sessions() {
        return sessions;
    }

    public Session last() {
        return sessions.getLast();
    }

    public List<FarServer.Request> requests() {
        return far.requests();
    }

    /** The next so many questions are not answered as they should. */
    public void refuse(int questions) {
        refusals = questions;
    }

    // ---- events ----

    /** From now on it answers with this event when it is asked for it. */
    public void keep(String id, String body) {
        events.put(id, body);
    }

    public static String session(String event, String type, Session session, String status, long cents, long tax) {
        return event(event, type, """
                {"object":"checkout.session","id":"%s","client_reference_id":"%s","metadata":{"payment":"%s"},"payment_intent":"%s",
                "payment_status":"%s","currency":"usd","amount_total":%d,"total_details":{"amount_tax":%d}}""".formatted(
                session.id(), session.payment(), session.payment(), session.intent(), status, cents + tax, tax));
    }

    /** The session is paid, and has all that this program has written into it. @param created when it was made */
    public static String paidInFull(String event, Session session, Instant created) {
        return event(event, "checkout.session.completed", """
                {"object":"checkout.session","id":"%s","client_reference_id":"%s","created":%d,"metadata":{%s},
                "payment_intent":"%s","payment_status":"paid","currency":"usd","amount_total":%d,"total_details":{"amount_tax":0}}""".formatted(
                        session.id(),
                        session.payment(),
                        created.getEpochSecond(),
                        metadata(session.fields()),
                        session.intent(),
                        session.netCents()));
    }

    private static String metadata(Map<String, String> fields) {
        return fields.entrySet().stream()
                .filter(field -> field.getKey().startsWith("metadata["))
                .map(field -> "\"" + field.getKey().substring(9).replace("]", "") + "\":\"" + field.getValue() + "\"")
                .collect(Collectors.joining(","));
    }

    public static String paid(String event, Session session) {
        return session(event, "checkout.session.completed", session, "paid", session.netCents(), 0);
    }

    /** @param cents of all its refunds together */
    public static String refunded(String event, Session session, long cents) {
        return event(event, "charge.refunded", """
                {"object":"charge","id":"ch_%s","payment_intent":"%s","currency":"usd","amount_refunded":%d}""".formatted(session.intent(), session.intent(), cents));
    }

    public static String dispute(
            String event, String type, Session session, String dispute, String status, long cents) {
        return event(event, type, """
                {"object":"dispute","id":"%s","payment_intent":"%s","currency":"usd","amount":%d,"status":"%s"}""".formatted(dispute, session.intent(), cents, status));
    }

    public static String event(String id, String type, String object) {
        return "{\"id\":\"" + id + "\",\"object\":\"event\",\"type\":\"" + type
                + "\",\"created\":1764000000,\"livemode\":false,\"data\":{\"object\":" + object + "}}";
    }

    public static String signature(String secret, Instant at, String body) {
        long seconds = at.getEpochSecond();
        return "t=" + seconds + ",v1=" + hmac(secret, seconds + "." + body);
    }

    public static String hmac(String secret, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Tells a server of an event. @return the status */
    public static int tell(RunningServer server, String body) {
        return send(server, body, signature(SECRET, Today.instant(), body)).status();
    }

    public static RunningServer.Reply send(RunningServer server, String body, String signature) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + "/webhooks/stripe"))
                .header("content-type", "application/json; charset=utf-8")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        return server.send(signature == null ? request : request.header("stripe-signature", signature));
    }

    @Override
    public void close() {
        far.close();
    }
}
