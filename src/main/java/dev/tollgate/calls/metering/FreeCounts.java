package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.customers.keys.RateAnswers;
import dev.tollgate.http.limits.Quotas;
import dev.tollgate.upstreams.pool.PromptCount;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Prompts that are counted for their callers' own sake: free, but only for accounts with something to spend, and few at once (D29).
 * Thread-safe.
 */
public final class FreeCounts {

    private static final Duration SOON = Duration.ofSeconds(1);

    private final Ledger ledger;
    private final Meter meter;

    public FreeCounts(Ledger ledger, Meter meter) {
        this.ledger = ledger;
        this.meter = meter;
    }

    /**
     * Reads the database.
     *
     * @throws dev.tollgate.base.error.ApiException 402 where nothing can be spent
     */
    public void requireBalance(String accountId) {
        Account account = Records.read(() -> ledger.account(accountId)).orElse(null);
        if (account == null || ledger.spendableMicros(account) <= 0) {
            boolean isHeld = account != null && account.balance().reservedMicros() > 0;
            ApiError tooLow = ApiError.of(ErrorCode.INSUFFICIENT_CREDITS, Refusals.TOO_LOW);
            throw (isHeld ? tooLow.retryAfter(SOON) : tooLow).asException();
        }
    }

    /**
     * Counts the request with what is allowed of its model.
     *
     * @throws dev.tollgate.base.error.ApiException 429 where that is used up
     */
    public void countRequest(MeteredCall call) {
        Quotas.Refused refused = meter.quotas().ask(call.quotas());
        if (refused != null) {
            throw RateAnswers.refusal(refused).asException();
        }
    }

    /**
     * Counts a call's prompt on the current event loop.
     *
     * @param then told there once, later; empty where the upstream does not count
     * @throws dev.tollgate.base.error.ApiException 429 where the account counts as many as it may
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
        Lease memory = call.memory().retain();
        Runnable leave = () -> {
            meter.counting().leave(accountId);
            memory.release();
        };
        try {
            call.translation().prepared().count(counted -> {
                leave.run();
                then.accept(counted);
            });
        } catch (RuntimeException | Error e) {
            leave.run();
            throw e;
        }
    }

    /**
     * As above, with what has to be downloaded for it. The media are let go when the count is there.
     *
     * @param then told the call with its bounds, and the count
     * @param refused told instead where the media cannot be had
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
