package dev.tollgate.customers.webhooks;

import dev.tollgate.base.log.Event;
import dev.tollgate.customers.webhooks.DueDeliveries.Due;
import dev.tollgate.http.client.PublicPost;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
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

/**
 * Sends what waits for webhooks, signed as Standard Webhooks says (standardwebhooks.com, 1.0). A delivery without a 2xx status is sent again after the
 * waits below; a 410, or five days of failures in a row, disables the webhook. Thread-safe; blocks.
 */
public final class Deliveries {

    public static final Duration EVERY = Duration.ofSeconds(10);

    private static final int READ_MAX = 400;
    private static final int READ_OF_ACCOUNT = 40;
    private static final int AT_ONCE = 256;

    /** Less than the names that are looked up at the same time. */
    private static final int AT_ONCE_FAILING = 24;

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

    /**
     * The way of deliveries to webhooks whose last delivery did not arrive, or of all others: neither waits for the other one.
     *
     * @param places the deliveries at the same time; the longest waiting begins first
     * @param accounts that have their turn
     */
    private record Lane(boolean failing, Semaphore places, Set<String> accounts) {

        Lane(boolean failing, int places) {
            this(failing, new Semaphore(places, true), ConcurrentHashMap.newKeySet());
        }
    }

    private final DueDeliveries store;
    private final PublicPost post;
    private final Consumer<Disabled> disabled;
    private final InstantSource clock;

    private final Lane sound = new Lane(false, AT_ONCE);
    private final Lane failing = new Lane(true, AT_ONCE_FAILING);

    private final LongAdder delivered = new LongAdder();
    private final LongAdder failed = new LongAdder();

    /** @param disabled receives each webhook that is disabled */
    public Deliveries(DueDeliveries store, PublicPost post, Consumer<Disabled> disabled, InstantSource clock) {
        this.store = store;
        this.post = post;
        this.disabled = disabled;
        this.clock = clock;
    }

    /** Returns how many attempts of this process got a status of 2xx, or did not. */
    public long attempts(boolean areDelivered) {
        return (areDelivered ? delivered : failed).sum();
    }

    /**
     * Sends all that is due, in rounds in which each account has its turn. Another sweep may begin in the meantime: it sends for the accounts that have
     * no turn now.
     */
    public void sweep() {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Integer>> turns;
            do {
                turns = new ArrayList<>(turns(sound, threads));
                turns.addAll(turns(failing, threads));
            } while (sum(threads.invokeAll(turns)) > 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            log.warn(Event.STORE_UNAVAILABLE, "a webhook could not be sent; retrying: {}", e.getMessage());
        }
    }

    private static int sum(List<Future<Integer>> sent) throws ExecutionException, InterruptedException {
        int sum = 0;
        for (Future<Integer> each : sent) {
            sum += each.get();
        }
        return sum;
    }

    /** Returns what sends the deliveries of a lane, a task for each account. The outcome of a task is how many it has sent. */
    private List<Callable<Integer>> turns(Lane lane, ExecutorService threads) {
        Map<String, Queue<Due>> accounts = new LinkedHashMap<>();
        store.due(lane.failing, READ_MAX, READ_OF_ACCOUNT)
                .forEach(one -> accounts.computeIfAbsent(one.accountId(), _ -> new ConcurrentLinkedQueue<>())
                        .add(one));
        return accounts.entrySet().stream()
                .<Callable<Integer>>map(each -> () -> turn(lane, each.getKey(), each.getValue(), threads))
                .toList();
    }

    /** Sends one delivery, then the others: several at a time, if the first has arrived. */
    private int turn(Lane lane, String accountId, Queue<Due> queue, ExecutorService threads)
            throws ExecutionException, InterruptedException {
        if (!lane.accounts.add(accountId)) {
            return 0;
        }
        try {
            int first = sendNext(lane, queue, Instant.MAX);
            Instant end = clock.instant().plus(ROUND);
            int many = lane.failing ? 1 : AT_ONCE_OF_ACCOUNT;
            return first + sum(threads.invokeAll(Collections.nCopies(many, () -> send(lane, queue, end))));
        } finally {
            lane.accounts.remove(accountId);
        }
    }

    private int send(Lane lane, Queue<Due> queue, Instant end) throws InterruptedException {
        int sent = 0;
        while (!queue.isEmpty() && clock.instant().isBefore(end)) {
            sent += sendNext(lane, queue, end);
        }
        return sent;
    }

    /** Sends a delivery. If its result is not the lane's, the account's next ones are left to the other lane. */
    private int sendNext(Lane lane, Queue<Due> queue, Instant end) throws InterruptedException {
        lane.places.acquire();
        try {
            Due next = clock.instant().isBefore(end) ? queue.poll() : null;
            if (next == null || !store.claim(next, clock.instant().plus(LEASE))) {
                return 0;
            }
            if (send(next) == lane.failing) {
                queue.clear();
            }
            return 1;
        } finally {
            lane.places.release();
        }
    }

    /** Returns whether it has arrived. */
    private boolean send(Due due) throws InterruptedException {
        int status = post.post(due.accountId(), due.url(), headers(due), body(due));
        (DueDeliveries.isSuccess(status) ? delivered : failed).increment();
        boolean isOver = DueDeliveries.isSuccess(status) || status == GONE || due.attempt() > WAITS.size();
        Instant now = clock.instant();
        Instant next = isOver ? null : now.plus(WAITS.get(due.attempt() - 1));
        Instant since = store.failingSince(due.webhookId());
        boolean disables =
                status == GONE || (since != null && since.plus(FAILING_MAX).isBefore(now));
        if (store.ended(due, status, next, disables)) {
            disabled.accept(new Disabled(due.accountId(), post.host(due.url())));
        }
        return DueDeliveries.isSuccess(status);
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
        return WebhookBody.of(due.form(), due.id(), due.event(), due.createdAt(), due.data())
                .getBytes(StandardCharsets.UTF_8);
    }
}
