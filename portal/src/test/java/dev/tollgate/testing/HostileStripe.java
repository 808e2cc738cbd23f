package dev.tollgate.testing;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Stripe on a bad day: it loses answers, keeps some of its own failures under a key, and tells of payments twice, late, out of order, under two names or only when it is
 * asked to. What its customers have paid and what went back is the truth. Its time is the trial's. Thread-safe.
 */
public final class HostileStripe implements AutoCloseable {

    /** Money moves here, as far as we know. */
    private static final String KEY = "sk_live_of_the_hostile_one_0123456789";

    /** For so long it tells again what was not taken. */
    private static final Duration PATIENCE = Duration.ofDays(3);

    private static final Duration PAGE_LIVES = Duration.ofDays(1);
    private static final JsonMapper JSON = new JsonMapper();

    /** What has become of a page. */
    public enum State {
        OPEN,
        EXPIRED,
        /** The customer has paid in a way that takes days. */
        PENDING,
        PAID,
        FAILED
    }

    /** A page at which somebody pays, and the money of it. */
    public static final class Page {

        private final String id;
        private final String intent;
        private final Map<String, String> fields;
        private final Instant createdAt;
        private final long netCents;
        private State state = State.OPEN;
        private long taxCents;
        private @Nullable Instant decidedAt;
        private @Nullable Instant paidAt;
        private long refundedCents;
        private long disputedCents;
        private @Nullable String dispute;
        private long lostCents;

        private Page(int number, Map<String, String> fields, Instant at) {
            this.fields = fields;
            this.createdAt = at;
            this.id = "cs_live_" + number;
            this.intent = "pi_" + number;
            this.netCents = Long.parseLong(fields.get("line_items[0][price_data][unit_amount]"));
        }

        /** Returns our id of the payment. */
        public String payment() {
            return fields.get("client_reference_id");
        }

        public String account() {
            return fields.get("metadata[account]");
        }

        /** Returns a value that we have written into it. */
        public @Nullable String metadata(String name) {
            return fields.get("metadata[" + name + "]");
        }

        public long creditMicros() {
            return Long.parseLong(fields.get("metadata[credits]"));
        }

        public State state() {
            return state;
        }

        public boolean isPaid() {
            return state == State.PAID;
        }

        public @Nullable Instant paidAt() {
            return paidAt;
        }

        public long netCents() {
            return netCents;
        }

        public long grossCents() {
            return netCents + taxCents;
        }

        /** Returns what went back of the money, by refunds and by disputes that are not won. */
        public long backCents() {
            return Math.min(grossCents(), refundedCents + disputedCents + lostCents);
        }

        /** Returns the share of the credits that goes with it, rounded down. */
        public long backMicros() {
            return isPaid() ? creditMicros() * backCents() / grossCents() : 0;
        }
    }

    /** An event that has not been taken yet. */
    public static final class Delivery {

        private final String id;
        private final String body;
        private final Instant createdAt;
        private Instant dueAt;

        private Delivery(String id, String body, Instant createdAt, Instant dueAt) {
            this.id = id;
            this.body = body;
            this.createdAt = createdAt;
            this.dueAt = dueAt;
        }

        public String body() {
            return body;
        }
    }

    /** An event that was taken. */
    private record Taken(Delivery delivery, Instant at) {}

    /** What the next question gets: an answer, none before or after it has worked, or a failure. */
    private enum Mood {
        ANSWERS,
        LEAVES,
        LEAVES_AFTERWARDS,
        FAILS,
        FAILS_FOR_GOOD
    }

    private final Random random;
    private final FarServer far = new FarServer(this::answer);
    private final Map<String, Page> byKey = new LinkedHashMap<>();
    private final Map<String, FarServer.Answer> kept = new HashMap<>();
    private final Map<String, String> events = new HashMap<>();
    private final List<Delivery> waiting = new ArrayList<>();
    private final List<Delivery> silent = new ArrayList<>();
    private final List<Taken> taken = new ArrayList<>();
    private Instant now;
    private int numbers;
    private int names;
    private boolean isKind;

    public HostileStripe(long seed, Instant now) {
        this.random = new Random(seed);
        this.now = now;
    }

    public String url() {
        return far.url();
    }

    public Map<String, String> environment() {
        return Map.of("TOLLGATE_STRIPE_SECRET_KEY", KEY, "TOLLGATE_STRIPE_WEBHOOK_SECRET", StripeStandIn.SECRET);
    }

    public synchronized void setNow(Instant at) {
        now = at;
        for (Page page : byKey.values()) {
            if (page.state == State.OPEN && !page.createdAt.plus(PAGE_LIVES).isAfter(now)) {
                page.state = State.EXPIRED;
                tell(page, "checkout.session.expired", "unpaid");
            } else if (page.state == State.PENDING && page.decidedAt != null && !page.decidedAt.isAfter(now)) {
                if (random.nextInt(4) == 0) {
                    page.state = State.FAILED;
                    tell(page, "checkout.session.async_payment_failed", "unpaid");
                } else {
                    page.state = State.PAID;
                    page.paidAt = now;
                    tell(page, "checkout.session.async_payment_succeeded", "paid");
                }
            }
        }
    }

    /** From now on it does what it should. */
    public synchronized void isKind() {
        isKind = true;
    }

    // ---- what we ask ----

    private synchronized FarServer.Answer answer(FarServer.Request request) {
        if (!("Bearer " + KEY).equals(request.headers().get("authorization"))) {
            return FarServer.whole(401, "{}");
        }
        if (request.path().startsWith("/v1/events/")) {
            String event = events.get(request.path().substring(11));
            return event == null ? FarServer.whole(404, "{}") : FarServer.whole(200, event);
        }
        String key = request.headers().get("idempotency-key");
        Mood mood = mood();
        if (kept.containsKey(key)) {
            return kept.get(key);
        }
        if (mood == Mood.LEAVES) {
            return new FarServer.Answer.Nothing();
        }
        if (mood == Mood.FAILS) {
            return FarServer.whole(500, "{}");
        }
        FarServer.Answer answer = mood == Mood.FAILS_FOR_GOOD ? FarServer.whole(500, "{}") : made(key, request.body());
        kept.put(key, answer);
        return mood == Mood.LEAVES_AFTERWARDS ? new FarServer.Answer.Nothing() : answer;
    }

    private Mood mood() {
        int dice = isKind ? 99 : random.nextInt(100);
        return dice < 3
                ? Mood.LEAVES
                : dice < 6
                        ? Mood.LEAVES_AFTERWARDS
                        : dice < 8 ? Mood.FAILS : dice < 9 ? Mood.FAILS_FOR_GOOD : Mood.ANSWERS;
    }

    private FarServer.Answer made(String key, String form) {
        Page page = byKey.computeIfAbsent(key, _ -> new Page(++numbers, fields(form), now));
        return FarServer.whole(
                200,
                "{\"id\":\"" + page.id + "\",\"livemode\":true,\"url\":\"" + far.url() + "/pay/" + page.id + "\"}");
    }

    private static Map<String, String> fields(String form) {
        return Arrays.stream(form.split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> decoded(pair[0]), pair -> decoded(pair[1])));
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    // ---- what customers and the operator do there ----

    /** Returns the page of a payment; null if there is none, whoever knows of it. */
    public synchronized @Nullable Page page(String payment) {
        return byKey.get(payment);
    }

    public synchronized List<Page> pages() {
        return List.copyOf(byKey.values());
    }

    /** A customer pays at an open page, mostly at once. @return whether they could */
    public synchronized boolean pay(Page page) {
        if (page.state != State.OPEN) {
            return false;
        }
        page.taxCents = random.nextInt(3) == 0 ? page.netCents * 19 / 100 : 0;
        boolean takesDays = random.nextInt(6) == 0;
        page.state = takesDays ? State.PENDING : State.PAID;
        if (takesDays) {
            page.decidedAt = now.plus(Duration.ofHours(1 + random.nextInt(100)));
            tell(page, "checkout.session.completed", "unpaid");
        } else {
            page.paidAt = now;
            tell(page, "checkout.session.completed", "paid");
        }
        return true;
    }

    /** The operator refunds so many cents of a payment, at most what has not gone back. @return whether something went back */
    public synchronized boolean refund(Page page, long cents) {
        long more = page.isPaid() ? Math.min(cents, page.grossCents() - page.backCents()) : 0;
        if (more > 0) {
            page.refundedCents += more;
            ObjectNode charge = JSON.createObjectNode()
                    .put("object", "charge")
                    .put("id", "ch_" + page.intent)
                    .put("payment_intent", page.intent)
                    .put("currency", "usd")
                    .put("amount", page.grossCents())
                    .put("amount_refunded", page.refundedCents)
                    .put("refunded", page.refundedCents == page.grossCents());
            charge.set("metadata", metadata(page, "payment_intent_data[metadata]["));
            tell("charge.refunded", charge);
        }
        return more > 0;
    }

    /** The customer's bank takes back so many cents, until it is decided. @return whether it does */
    public synchronized boolean dispute(Page page, long cents) {
        long more = page.isPaid() && page.dispute == null ? Math.min(cents, page.grossCents() - page.backCents()) : 0;
        if (more > 0) {
            page.dispute = "dp_" + ++numbers;
            page.disputedCents = more;
            tell("charge.dispute.created", dispute(page, "needs_response", more));
        }
        return more > 0;
    }

    /** The bank decides a dispute. @return whether there was one */
    public synchronized boolean decide(Page page) {
        if (page.dispute == null) {
            return false;
        }
        boolean isWon = random.nextBoolean();
        long cents = page.disputedCents;
        tell("charge.dispute.closed", dispute(page, isWon ? "won" : "lost", cents));
        if (isWon) {
            tell("charge.dispute.funds_reinstated", dispute(page, "won", cents));
        }
        page.lostCents += isWon ? 0 : cents;
        page.disputedCents = 0;
        page.dispute = null;
        return true;
    }

    private static ObjectNode dispute(Page page, String status, long cents) {
        return JSON.createObjectNode()
                .put("object", "dispute")
                .put("id", String.valueOf(page.dispute))
                .put("payment_intent", page.intent)
                .put("currency", "usd")
                .put("amount", cents)
                .put("status", status);
    }

    private static ObjectNode metadata(Page page, String prefix) {
        ObjectNode metadata = JSON.createObjectNode();
        page.fields.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                metadata.put(name.substring(prefix.length(), name.length() - 1), value);
            }
        });
        return metadata;
    }

    /** Another system at the same account sells something, and gives money back. */
    public synchronized void sellElsewhere() {
        int number = ++numbers;
        ObjectNode session = JSON.createObjectNode()
                .put("object", "checkout.session")
                .put("id", "cs_live_" + number)
                .put("payment_intent", "pi_" + number)
                .put("payment_status", "paid")
                .put("currency", "usd")
                .put("amount_total", 900);
        session.putNull("client_reference_id").putObject("metadata").put("order", "a cup");
        tell("checkout.session.completed", session);
    }

    // ---- what it tells ----

    private void tell(Page page, String type, String status) {
        ObjectNode session = JSON.createObjectNode()
                .put("object", "checkout.session")
                .put("id", page.id)
                .put("client_reference_id", page.payment())
                .put("created", page.createdAt.getEpochSecond())
                .put("payment_status", status)
                .put("currency", "usd")
                .put("amount_subtotal", page.netCents)
                .put("amount_total", page.grossCents());
        session.set("metadata", metadata(page, "metadata["));
        if (page.state == State.EXPIRED) {
            session.putNull("payment_intent");
        } else {
            session.put("payment_intent", page.intent);
        }
        session.putObject("total_details").put("amount_tax", page.taxCents);
        tell(type, session);
    }

    private void tell(String type, ObjectNode object) {
        int times = isKind || random.nextInt(20) > 0 ? 1 : 2;
        for (int i = 0; i < times; i++) {
            String id = "evt_" + ++names;
            ObjectNode event = JSON.createObjectNode()
                    .put("id", id)
                    .put("object", "event")
                    .put("api_version", "2026-10-28.endive")
                    .put("type", type)
                    .put("created", now.getEpochSecond())
                    .put("livemode", true)
                    .put("pending_webhooks", 1);
            event.putObject("data").set("object", object);
            String body = event.toString();
            events.put(id, body);
            int dice = isKind ? 0 : random.nextInt(100);
            Delivery delivery = new Delivery(id, body, now, now.plus(late(dice)));
            (dice == 99 ? silent : waiting).add(delivery);
            if (dice > 70 && dice < 90) {
                waiting.add(new Delivery(id, body, now, now.plus(late(random.nextInt(100)))));
            }
        }
    }

    private Duration late(int dice) {
        return dice < 60
                ? Duration.ZERO
                : dice < 90
                        ? Duration.ofMinutes(random.nextInt(300))
                        : Duration.ofMinutes(random.nextLong(PATIENCE.toMinutes()));
    }

    /** Takes what it sends now, in no order. */
    public synchronized List<Delivery> due() {
        List<Delivery> due = new ArrayList<>(
                waiting.stream().filter(each -> !each.dueAt.isAfter(now)).toList());
        waiting.removeAll(due);
        Collections.shuffle(due, random);
        return due;
    }

    /** The event was taken, as far as it knows. */
    public synchronized void taken(Delivery delivery) {
        if (!isKind && random.nextInt(20) == 0) {
            again(delivery); // the answer was lost
        }
        taken.add(new Taken(delivery, now));
    }

    /** The event was not taken, or no answer came: it is sent again for some days. */
    public synchronized void notTaken(Delivery delivery) {
        if (delivery.createdAt.plus(PATIENCE).isAfter(now)) {
            again(delivery);
        } else if (!delivery.body.contains("\"payment_status\":\"unpaid\"")) { // nobody asks for that one
            silent.add(delivery);
        }
    }

    private void again(Delivery delivery) {
        delivery.dueAt = isKind ? now : now.plus(Duration.ofMinutes(1 + random.nextInt(600)));
        waiting.add(delivery);
    }

    /** The operator has all events sent again that were taken since a time, as after a restore. */
    public synchronized void resendSince(Instant copy) {
        taken.stream().filter(each -> !each.at.isBefore(copy)).forEach(each -> {
            each.delivery.dueAt = now.plus(Duration.ofMinutes(random.nextInt(600)));
            waiting.add(each.delivery);
        });
        taken.removeIf(each -> !each.at.isBefore(copy));
    }

    /** The operator has all events sent that never came. */
    public synchronized void resendSilent() {
        silent.forEach(each -> each.dueAt = now);
        waiting.addAll(silent);
        silent.clear();
    }

    /** Returns whether it has nothing more to tell. */
    public synchronized boolean isSilent() {
        return waiting.isEmpty() && silent.isEmpty();
    }

    /** Returns the number of events. */
    public synchronized int told() {
        return events.size();
    }

    @Override
    public void close() {
        far.close();
    }
}
