package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.http.limits.Quotas;
import dev.tollgate.keys.RateHeaders;
import dev.tollgate.upstreams.pool.PromptCount;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Counts prompts that callers ask for. Free, but only for accounts that can spend something, and with a limit on concurrent counts (D29).
 * Thread-safe.
 */
public final class FreeCounts {

    private static final Duration SOON = Duration.ofSeconds(1);

    /** The bytes of a large prompt. */
    private static final long LARGE_BYTES = 4 << 20;

    /** The most large prompts that are counted at the same time without their media. */
    private static final int LARGE_MAX = 4;

    private final Ledger ledger;
    private final Meter meter;
    private final Semaphore large = new Semaphore(LARGE_MAX);

    public FreeCounts(Ledger ledger, Meter meter) {
        this.ledger = ledger;
        this.meter = meter;
    }

    /**
     * Checks the balance in the database.
     *
     * @param leastMicros the least that any call of the model costs
     * @throws dev.tollgate.base.error.ApiException 402 if nothing, or less than that, can be spent
     */
    public void requireBalance(String accountId, long leastMicros) {
        Account account = Records.read(() -> ledger.account(accountId)).orElse(null);
        if (account == null || ledger.spendableMicros(account) < Math.max(1, leastMicros)) {
            long heldMicros =
                    account == null ? 0 : Math.max(0, account.balance().reservedMicros());
            ApiError tooLow = ApiError.of(ErrorCode.INSUFFICIENT_CREDITS, Refusals.TOO_LOW)
                    .lacking(new Shortage.OfCredits(null, 0, heldMicros));
            throw (heldMicros > 0 ? tooLow.retryAfter(SOON) : tooLow).asException();
        }
    }

    /**
     * Counts the request against the limits of its model.
     *
     * @throws dev.tollgate.base.error.ApiException 429 if a limit is reached
     */
    public void countRequest(MeteredCall call) {
        Quotas.OverLimit refused = meter.quotas().ask(call.quotas());
        if (refused != null) {
            throw RateHeaders.refusal(refused).asException();
        }
    }

    /**
     * Counts a call's prompt on the current event loop.
     *
     * @param then receives the count there, later, once; empty if the upstream does not count
     * @throws dev.tollgate.base.error.ApiException 429 if the account has its maximum of concurrent counts
     */
    public void count(MeteredCall call, Consumer<Optional<PromptCount>> then) {
        String accountId = call.accountId();
        if (!meter.counting().enter(accountId)) {
            throw ApiError.of(
                            ErrorCode.RATE_LIMIT_EXCEEDED,
                            "Too many prompts of this account are being counted at the moment, please slow down.")
                    .retryAfter(SOON)
                    .asException();
        }
        count(call, () -> {}, then);
    }

    /**
     * Counts a call's prompt on the current event loop if that is possible now: nothing is downloaded for it, the account has less than its maximum of
     * concurrent counts, and a large prompt is one of few.
     *
     * @param then receives the count there, once; empty if nothing was counted
     */
    public void countSoon(MeteredCall call, Consumer<Optional<PromptCount>> then) {
        boolean isLarge = isLarge(call.translation().size());
        if (!call.translation().prepared().wanted().isEmpty() || (isLarge && !large.tryAcquire())) {
            then.accept(Optional.empty());
            return;
        }
        Runnable leaveLarge = isLarge ? large::release : () -> {};
        if (!meter.counting().enter(call.accountId())) {
            leaveLarge.run();
            then.accept(Optional.empty());
            return;
        }
        count(call, leaveLarge, then);
    }

    private static boolean isLarge(PromptSize prompt) {
        return prompt.textBytes() + MediaBound.inlineBytes(prompt) > LARGE_BYTES;
    }

    /** Counts a prompt for an account that has entered. @param over runs when it has been counted */
    private void count(MeteredCall call, Runnable over, Consumer<Optional<PromptCount>> then) {
        String accountId = call.accountId();
        Lease memory = call.memory().retain();
        Runnable leave = () -> {
            meter.counting().leave(accountId);
            memory.release();
            over.run();
        };
        try {
            call.translation().prepared().count(counted -> {
                counted.ifPresent(count -> call.translation().text().counted(count.tokens()));
                leave.run();
                then.accept(counted);
            });
        } catch (RuntimeException | Error e) {
            leave.run();
            throw e;
        }
    }

    /**
     * Downloads a call's media, then counts its prompt. The media are released with the count.
     *
     * @param then receives the call with its bounds, and the count
     * @param refused receives the error if the media cannot be loaded
     */
    public void countLoaded(
            MeteredCall call, BiConsumer<MeteredCall, Optional<PromptCount>> then, Consumer<ApiError> refused) {
        if (call.translation().prepared().wanted().isEmpty()) {
            count(call, counted -> then.accept(call, counted));
            return;
        }
        meter.load(call, (loaded, refusal) -> {
            if (refusal != null) {
                refused.accept(refusal);
                return;
            }
            MeteredCall complete = call.with(loaded);
            Consumer<Optional<PromptCount>> counted = count -> {
                release(call);
                then.accept(complete, count);
            };
            try {
                count(complete, counted);
            } catch (ApiException busy) {
                release(call);
                refused.accept(busy.error());
            }
        });
    }

    private static void release(MeteredCall call) {
        call.ask().media().release();
    }
}
