package dev.tollgate.customers.webhooks;

import dev.tollgate.base.log.Event;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.webhooks.Webhooks.Due;
import dev.tollgate.customers.webhooks.Webhooks.Form;
import dev.tollgate.storage.StoreException;
import dev.tollgate.upstreams.media.PublicPost;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Sends what waits for webhooks, signed as Standard Webhooks says (standardwebhooks.com, 1.0). A delivery without a 2xx status is sent again after the
 * waits below; a 410, or five days of failures in a row, disables the webhook. Thread-safe; blocks.
 */
public final class Deliveries {

    public static final Duration EVERY = Duration.ofSeconds(10);

    private static final int READ_MAX = 400;
    private static final int READ_OF_ACCOUNT = 40;
    private static final int AT_ONCE = 64;
    private static final int AT_ONCE_OF_ACCOUNT = 4;
    private static final int GONE = 410;

    /** The time after which no further delivery begins, so that what has become due in the meantime gets its turn. */
    private static final Duration ROUND = Duration.ofSeconds(10);

    /** The time until other servers take what this one has claimed: longer than a delivery. */
    private static final Duration LEASE = Duration.ofMinutes(2);

    private static final Duration FAILING_MAX = Duration.ofDays(5);
    private static final List<Duration> WAITS = List.of(
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(6),
            Duration.ofHours(12),
            Duration.ofHours(24));

    private static final Logger log = LoggerFactory.getLogger(Deliveries.class);

    /** A webhook that was disabled. @param host of its URL */
    public record Disabled(String accountId, String host) {}

    private final Webhooks webhooks;
    private final PublicPost post;
    private final Consumer<Disabled> disabled;
    private final InstantSource clock;

    /** The deliveries at the same time; the longest waiting begins first. */
    private final Semaphore atOnce = new Semaphore(AT_ONCE, true);

    private final LongAdder delivered = new LongAdder();
    private final LongAdder failed = new LongAdder();

    /** @param disabled receives each webhook that is disabled */
    public Deliveries(Webhooks webhooks, PublicPost post, Consumer<Disabled> disabled, InstantSource clock) {
        this.webhooks = webhooks;
        this.post = post;
        this.disabled = disabled;
        this.clock = clock;
    }

    /** Returns how many attempts of this process got a status of 2xx, or did not. */
    public long attempts(boolean areDelivered) {
        return (areDelivered ? delivered : failed).sum();
    }

    /** Sends all that is due, in rounds in which each account has its turn. */
    public synchronized void sweep() {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int sent;
            do {
                List<Callable<Integer>> lanes = lanes(webhooks.due(READ_MAX, READ_OF_ACCOUNT));
                sent = 0;
                for (Future<Integer> lane : threads.invokeAll(lanes)) {
                    sent += lane.get();
                }
            } while (sent > 0);
        } catch (StoreException e) {
            log.warn(Event.STORE_UNAVAILABLE, "webhooks could not be read or updated; retrying: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            log.warn(Event.STORE_UNAVAILABLE, "a webhook could not be sent; retrying: {}", e.getMessage());
        }
    }

    /** Returns what sends the deliveries, as many tasks for each account as it may send at a time. The outcome of a task is how many it has sent. */
    private List<Callable<Integer>> lanes(List<Due> due) {
        Instant end = clock.instant().plus(ROUND);
        Map<String, Queue<Due>> accounts = new LinkedHashMap<>();
        due.forEach(one -> accounts.computeIfAbsent(one.accountId(), _ -> new ConcurrentLinkedQueue<>())
                .add(one));
        List<Callable<Integer>> lanes = new ArrayList<>();
        for (int lane = 0; lane < AT_ONCE_OF_ACCOUNT; lane++) {
            accounts.values().forEach(queue -> lanes.add(() -> send(queue, end)));
        }
        return lanes;
    }

    private int send(Queue<Due> queue, Instant end) throws InterruptedException {
        int sent = 0;
        for (Due one = queue.poll(); one != null && clock.instant().isBefore(end); one = queue.poll()) {
            atOnce.acquire();
            try {
                if (webhooks.claim(one, clock.instant().plus(LEASE))) {
                    send(one);
                    sent++;
                }
            } finally {
                atOnce.release();
            }
        }
        return sent;
    }

    private void send(Due due) throws InterruptedException {
        int status = post.post(due.accountId(), due.url(), headers(due), body(due));
        (Webhooks.isSuccess(status) ? delivered : failed).increment();
        boolean isOver = Webhooks.isSuccess(status) || status == GONE || due.attempt() > WAITS.size();
        Instant now = clock.instant();
        Instant next = isOver ? null : now.plus(WAITS.get(due.attempt() - 1));
        Instant since = webhooks.failingSince(due.webhookId());
        boolean disables =
                status == GONE || (since != null && since.plus(FAILING_MAX).isBefore(now));
        if (webhooks.ended(due, status, next, disables)) {
            disabled.accept(new Disabled(due.accountId(), PublicPost.host(due.url())));
        }
    }

    private Map<String, String> headers(Due due) {
        long seconds = clock.instant().getEpochSecond();
        return Map.of(
                "webhook-id",
                due.id(),
                "webhook-timestamp",
                String.valueOf(seconds),
                "webhook-signature",
                due.secrets().stream()
                        .map(secret -> "v1," + signature(secret, due.id(), seconds, body(due)))
                        .collect(Collectors.joining(" ")));
    }

    /** Returns HMAC-SHA256 of the id, the time and the body, in Base64. */
    private static String signature(String secret, String id, long seconds, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            byte[] key = Base64.getDecoder().decode(secret.substring(secret.indexOf('_') + 1));
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update((id + "." + seconds + ".").getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] body(Due due) {
        String text = due.form() == Form.STANDARD
                ? "{\"type\":\"" + due.event() + "\",\"timestamp\":\"" + due.createdAt() + "\",\"data\":" + due.data()
                        + "}"
                : AccountLog.json("text", due.event() + ": " + words(ApiJson.MAPPER.readTree(due.data())));
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns JSON as a person reads it, with names as Slack wants them: otherwise one could be a link, or call everybody. */
    private static String words(JsonNode json) {
        if (json.isObject()) {
            return json.properties().stream()
                    .map(member -> member.getKey() + ": " + words(member.getValue()))
                    .collect(Collectors.joining(", "));
        }
        if (json.isArray()) {
            return json.valueStream().map(Deliveries::words).collect(Collectors.joining(", "));
        }
        String text = json.isNumber() ? json.decimalValue().toPlainString() : json.asString("null");
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
