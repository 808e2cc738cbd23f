package dev.tollgate.calls.replay;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.log.Event;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.calls.metering.Refusals;
import dev.tollgate.calls.metering.Running;
import dev.tollgate.calls.replay.Answers.AnswerName;
import dev.tollgate.http.BodyGate;
import dev.tollgate.storage.StoreException;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether a large body is read: in full for an account that can spend something. For another account only its hash is read, if a response
 * under its idempotency key is known (D36). Thread-safe; blocks.
 */
public record LargeBodies(Ledger ledger, KnownAnswers known) {

    private static final Logger log = LoggerFactory.getLogger(LargeBodies.class);

    /** Decides for a body that cannot have a known response. @throws dev.tollgate.base.error.ApiException 402 if nothing can be spent */
    public BodyGate.Verdict paid(String accountId) {
        requireBalance(accountId, 1);
        return new BodyGate.Read();
    }

    /** Refuses work for an account that cannot spend so much. @throws dev.tollgate.base.error.ApiException 402 */
    public void requireBalance(String accountId, long leastMicros) {
        ApiError refusal = refusal(accountId, leastMicros);
        if (refusal != null) {
            throw refusal.asException();
        }
    }

    /** Refuses work that begins later. What running calls hold may come back until then. @throws dev.tollgate.base.error.ApiException 402 */
    public void requireBalanceLater(String accountId, long leastMicros) {
        ApiError refusal = refusal(accountId, leastMicros);
        if (refusal != null && (refusal.shortage() == null || refusal.shortage().heldMicros() == 0)) {
            throw refusal.asException();
        }
    }

    /**
     * Decides for the body of a call.
     *
     * @param nameHash hash of the caller's {@link IdempotencyKey}; null without one
     * @param label the text before the body in its hash
     * @param replay receives the known response
     * @throws dev.tollgate.base.error.ApiException 402 if nothing can be spent and nothing is known
     */
    public BodyGate.Verdict paidOrKnown(
            String accountId, String keyId, @Nullable String nameHash, String label, Replay replay) {
        ApiError refusal = refusal(accountId, 1);
        if (refusal == null) {
            return new BodyGate.Read();
        }
        if (nameHash == null || !isKnown(new AnswerName(keyId, nameHash))) {
            throw refusal.asException();
        }
        AnswerName name = new AnswerName(keyId, nameHash);
        return new BodyGate.Digest(Sha256.begin(label), hash -> replay.told()
                .accept(known.replay(name, accountId, HexFormat.of().formatHex(hash), refusal, replay.outlet())));
    }

    /**
     * The destination of a known response.
     *
     * @param outlet the caller's
     * @param told receives, on the event loop, the object to notify if the caller disconnects
     */
    public record Replay(Outlet outlet, Consumer<Running> told) {}

    private boolean isKnown(AnswerName name) {
        try {
            return known.isKnown(name);
        } catch (StoreException e) {
            throw unreadable(e);
        }
    }

    private @Nullable ApiError refusal(String accountId, long leastMicros) {
        try {
            Account account = ledger.account(accountId).orElse(null);
            long spendableMicros = account == null ? 0 : ledger.spendableMicros(account);
            return account == null || spendableMicros >= Math.max(1, leastMicros)
                    ? null // whether account and key may be used is the reservation's to say
                    : Refusals.nothingToSpend(account, spendableMicros);
        } catch (StoreException e) {
            throw unreadable(e);
        }
    }

    private static RuntimeException unreadable(StoreException e) {
        log.error(Event.STORE_UNAVAILABLE, "a balance could not be read", e);
        return Records.unreadable().asException();
    }
}
