package dev.tollgate.receipts;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ErrorCode;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** {@code GET /v1/receipts…}: the chain of the caller's account, signed as it is read (D42). */
public final class ReceiptsHandler {

    private static final int LIMIT_DEFAULT = 100;
    private static final long WAIT_SECONDS = 10;

    private final Receipts receipts;
    private final InstantSource clock;

    /** A page can keep a core busy for some tenths of a second; the others are for calls. */
    private final Semaphore signing = new Semaphore(1);

    public ReceiptsHandler(Receipts receipts, InstantSource clock) {
        this.receipts = receipts;
        this.clock = clock;
    }

    /** {@code /receipts/{task_id}}. */
    public Handler one() {
        return exchange -> {
            String accountId = exchange.caller().accountId();
            String taskId = exchange.pathParam("task_id");
            exchange.compute(() -> inTurn(() -> receipts.find(accountId, taskId)), found -> {
                if (found.isEmpty()) {
                    exchange.fail(ApiError.of(ErrorCode.TASK_NOT_FOUND, "The receipt does not exist."));
                } else {
                    exchange.json(200, utf8(found.get()));
                }
            });
        };
    }

    /** {@code /receipts?after=&limit=}: a receipt a line. */
    public Handler list() {
        return exchange -> {
            String accountId = exchange.caller().accountId();
            long after = number(exchange, "after", 0, 0);
            int limit = (int) Math.min(number(exchange, "limit", LIMIT_DEFAULT, 1), Receipts.PAGE_MAX);
            exchange.compute(
                    () -> lines(inTurn(() -> receipts.page(accountId, after, limit))),
                    lines -> exchange.send(200, "application/jsonl", Buffer.buffer(lines)));
        };
    }

    /** {@code /receipts/head}. */
    public Handler head() {
        return exchange -> {
            String accountId = exchange.caller().accountId();
            exchange.compute(
                    () -> inTurn(() -> receipts.head(accountId, clock.instant())),
                    head -> exchange.json(200, utf8(head)));
        };
    }

    /** {@code /receipts/key}. */
    public Handler keys() {
        return exchange -> exchange.compute(receipts::keys, keys -> exchange.json(200, utf8(keys)));
    }

    private <T> T inTurn(Supplier<T> work) {
        if (!isMyTurn()) {
            throw ApiError.of(ErrorCode.INTERNAL_ERROR, "Too many receipts are being signed. Please try again.")
                    .withStatus(503)
                    .retryAfter(Duration.ofSeconds(WAIT_SECONDS))
                    .asException();
        }
        try {
            return work.get();
        } finally {
            signing.release();
        }
    }

    private boolean isMyTurn() {
        try {
            return signing.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static long number(Exchange exchange, String name, long standard, long least) {
        String text = exchange.query(name);
        if (text == null) {
            return standard;
        }
        if (!text.matches("[0-9]{1,18}") || Long.parseLong(text) < least) {
            throw ApiError.invalid(name, "'" + name + "' must be a whole number from " + least + ".")
                    .asException();
        }
        return Long.parseLong(text);
    }

    private static byte[] lines(List<String> receipts) {
        StringBuilder lines = new StringBuilder();
        receipts.forEach(receipt -> lines.append(receipt).append('\n'));
        return utf8(lines.toString());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
