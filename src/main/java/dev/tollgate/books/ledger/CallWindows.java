package dev.tollgate.books.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The windows that a call counts in: its key's, and its account's where that has limits of its own. Writer's thread only.
 *
 * @param ofAccount null where the account has no limit
 * @param accountLimits the operator's; the key's come with each question, as they are then
 */
record CallWindows(KeyWindows ofKey, @Nullable KeyWindows ofAccount, SpendLimits accountLimits) {

    /** What the tightest limit of both leaves, not below zero. */
    long roomMicros(SpendLimits keyLimits) {
        long room = ofKey.roomMicros(keyLimits);
        return ofAccount == null ? room : Math.min(room, ofAccount.roomMicros(accountLimits));
    }

    /** The longest window that leaves less than that, or null. */
    @Nullable
    SpendWindow firstWithout(long micros, SpendLimits keyLimits) {
        SpendWindow key = ofKey.firstWithout(micros, keyLimits);
        SpendWindow account = ofAccount == null ? null : ofAccount.firstWithout(micros, accountLimits);
        return isAccounts(account, key) ? account : key;
    }

    /** Why so much cannot be held, told of the longest window that is full, or null; of two as long, the account's. */
    ReserveOutcome.@Nullable SpendLimitReached refusal(long micros, SpendLimits keyLimits, Instant at) {
        SpendWindow key = ofKey.firstWithout(micros, keyLimits);
        SpendWindow account = ofAccount == null ? null : ofAccount.firstWithout(micros, accountLimits);
        if (ofAccount != null && account != null && isAccounts(account, key)) {
            return ofAccount.reached(account, accountLimits, micros, at).ofAccount();
        }
        return key == null ? null : ofKey.reached(key, keyLimits, micros, at);
    }

    private static boolean isAccounts(@Nullable SpendWindow account, @Nullable SpendWindow key) {
        return account != null && (key == null || account.compareTo(key) >= 0);
    }

    void hold(long micros) {
        ofKey.hold(micros);
        if (ofAccount != null) {
            ofAccount.hold(micros);
        }
    }

    void resolve(long heldMicros, long chargeMicros) {
        ofKey.resolve(heldMicros, chargeMicros);
        if (ofAccount != null) {
            ofAccount.resolve(heldMicros, chargeMicros);
        }
    }
}
