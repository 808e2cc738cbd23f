package dev.tollgate.customers.webhooks;

import dev.tollgate.base.log.Event;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what waits for webhooks, signed as Standard Webhooks says (standardwebhooks.com, 1.0). A delivery without a 2xx status is sent again after the
 * waits below; a 410, or five days of failures, disables the webhook. Thread-safe; blocks.
 */
public final class Deliveries {

    public static final Duration EVERY = Duration.ofSeconds(10);

    private static final int AT_ONCE = 32;
    private static final int OF_ACCOUNT = 4;
    private static final int GONE = 410;

    /** The time until other servers take what this one has claimed: longer than a round. */
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

    /** A webhook that was disabled. */
    public record Disabled(String accountId, String url) {}

    private final Webhooks webhooks;
    private final PublicPost post;
    private final Consumer<Disabled> disabled;
    private final InstantSource clock;

    /** @param disabled receives each webhook that is disabled */
    public Deliveries(Webhooks webhooks, PublicPost post, Consumer<Disabled> disabled, InstantSource clock) {
        this.webhooks = webhooks;
        this.post = post;
        this.disabled = disabled;
        this.clock = clock;
    }

    /** Sends all that is due. */
    public synchronized void sweep() {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Due> due;
            do {
                Instant now = clock.instant();
                due = webhooks.claim(now, now.plus(LEASE), AT_ONCE, OF_ACCOUNT);
                List<Future<?>> sent = new ArrayList<>();
                due.forEach(one -> sent.add(threads.submit(() -> send(one))));
                for (Future<?> one : sent) {
                    one.get();
                }
            } while (due.size() == AT_ONCE);
        } catch (StoreException e) {
            log.warn(Event.STORE_UNAVAILABLE, "webhooks could not be read or updated; retrying: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            log.warn(Event.STORE_UNAVAILABLE, "a webhook could not be sent; retrying: {}", e.getMessage());
        }
    }

    private void send(Due due) {
        try {
            int status = post.post(due.accountId(), due.url(), headers(due), body(due));
            boolean isOver = Webhooks.isSuccess(status) || status == GONE || due.attempt() > WAITS.size();
            Instant now = clock.instant();
            Instant next = isOver ? null : now.plus(WAITS.get(due.attempt() - 1));
            Instant since = webhooks.failingSince(due.webhookId());
            boolean disables =
                    status == GONE || (since != null && since.plus(FAILING_MAX).isBefore(now));
            if (webhooks.ended(due, status, next, disables)) {
                disabled.accept(new Disabled(due.accountId(), due.url()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the claim runs out
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
                : "{\"text\":\"" + due.event() + ": " + words(due.data()) + "\"}";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns JSON of a few members as a person reads it. */
    private static String words(String json) {
        return json.replaceAll("[{}\"\\\\]", "").replace(":", ": ").replace(",", ", ");
    }
}
