package dev.tollgate.books.receipts;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.books.receipts.Receipts.Unsigned;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Limit;
import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.http.limits.Workers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/receipts…}: the chain of the caller's account, signed as it is read (D42). */
public final class ReceiptsHandler {

    private static final Limit LIMIT = Limit.of(999_999_999, 100);
    private static final Duration WAIT_MAX = Duration.ofSeconds(10);

    /** The receipts signed in one turn, some 10 ms: a request for one receipt waits at most that long for each account that reads many. */
    private static final int SLICE = 25;

    private static final FairTurns.Bounds SIGNING = Workers.halfOfTheCores(1_000, 64);

    /** Pages in progress keep their signed receipts in memory, some megabytes in all; pages of one account follow one another. */
    private static final FairTurns.Bounds PAGES = new FairTurns.Bounds(8, 1, 256, 16);

    private final Receipts receipts;
    private final InstantSource clock;
    private final Workers workers;
    private final FairTurns pages = new FairTurns(PAGES);

    /** @param workers threads that sign */
    public ReceiptsHandler(Receipts receipts, InstantSource clock, Workers workers) {
        this.receipts = receipts;
        this.clock = clock;
        this.workers = workers;
    }

    /** Returns threads that sign, one receipt at a time; the other cores are left for calls. To be closed by the caller. */
    public static Workers workers() {
        return new Workers(SIGNING, Workers.threads("sign-receipts", 0));
    }

    /** {@code /receipts/{task_id}}. */
    public Handler<Caller> one() {
        return (exchange, caller) -> {
            String accountId = caller.accountId();
            String taskId = CompletionIds.ofShown(exchange.pathParam("task_id"));
            exchange.compute(() -> signed(accountId, () -> receipts.find(accountId, taskId)), found -> {
                if (found.isEmpty()) {
                    exchange.fail(ApiError.of(ErrorCode.TASK_NOT_FOUND, "The receipt does not exist."));
                } else {
                    exchange.json(200, utf8(found.getFirst()));
                }
            });
        };
    }

    /** {@code /receipts?after=&limit=}: one receipt on each line. */
    public Handler<Caller> list() {
        return (exchange, caller) -> {
            String accountId = caller.accountId();
            long after = after(exchange.query("after"));
            int limit = Math.min(LIMIT.read(exchange.query("limit")), Receipts.PAGE_MAX);
            AtomicBoolean left = new AtomicBoolean();
            exchange.onGone(() -> left.set(true));
            exchange.compute(
                    () -> page(accountId, after, limit, left::get),
                    lines -> exchange.send(200, "application/jsonl", lines));
        };
    }

    /** {@code /receipts/head}. */
    public Handler<Caller> head() {
        return (exchange, caller) -> {
            String accountId = caller.accountId();
            exchange.compute(
                    () -> signed(accountId, () -> receipts.head(accountId, clock.instant())),
                    head -> exchange.json(200, utf8(head.getFirst())));
        };
    }

    /** {@code /receipts/key}. */
    public Handler<Object> keys() {
        return (exchange, caller) ->
                exchange.compute(() -> Records.read(receipts::keys), keys -> exchange.json(200, utf8(keys)));
    }

    /** Numbers have no gaps: the next slice begins where this one ends. */
    private byte[] page(String accountId, long after, int limit, BooleanSupplier left) {
        if (limit <= SLICE) {
            return lines(signed(accountId, () -> receipts.page(accountId, after, limit)));
        }
        try (FairTurns.Turn turn = pages.enter(accountId, WAIT_MAX.toNanos())) {
            if (turn == null) {
                throw busy();
            }
            List<String> signed = new ArrayList<>();
            boolean more = true;
            while (more && signed.size() < limit && !left.getAsBoolean()) {
                long from = after + signed.size();
                int count = Math.min(SLICE, limit - signed.size());
                more = signed.addAll(signed(accountId, () -> receipts.page(accountId, from, count)));
            }
            return lines(signed);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy();
        }
    }

    /** Reads on this thread, and signs in the account's turn. */
    private List<String> signed(String accountId, Supplier<Unsigned> reading) {
        Unsigned read = Records.read(reading);
        Workers.Job<List<String>> job = workers.start(accountId, _ -> read.sign());
        if (job == null) {
            throw busy();
        }
        try {
            return job.result().get(WAIT_MAX.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw busy();
        } catch (ExecutionException e) {
            throw new IllegalStateException("receipts could not be signed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy();
        } finally {
            job.cancel();
        }
    }

    private static ApiException busy() {
        return ApiError.of(ErrorCode.INTERNAL_ERROR, "Too many receipts are being signed. Please try again.")
                .withStatus(503)
                .retryAfter(WAIT_MAX)
                .asException();
    }

    private static long after(@Nullable String text) {
        if (text != null && !text.matches("[0-9]{1,18}")) {
            throw ApiError.invalid("after", "'after' must be a whole number from 0.")
                    .asException();
        }
        return text == null ? 0 : Long.parseLong(text);
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
