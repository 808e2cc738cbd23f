package dev.tollgate.books.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The windows that a call counts in: its key's, and its account's if the account has limits. Writer's thread only.
 *
 * @param ofAccount null if the account has no limit
 * @param accountLimits set by the operator; the key's limits are passed to each method, as they are then
 */
record CallWindows(KeyWindows ofKey, @Nullable KeyWindows ofAccount, SpendLimits accountLimits) {

    /** Returns the room that the tightest limit of both leaves, not below zero. */
    long roomMicros(SpendLimits keyLimits) {
        long room = ofKey.roomMicros(keyLimits);
        return ofAccount == null ? room : Math.min(room, ofAccount.roomMicros(accountLimits));
    }

    /** Returns the longest window that leaves less than an amount, or null. */
    @Nullable
    SpendWindow firstWithout(long micros, SpendLimits keyLimits) {
        SpendWindow key = ofKey.firstWithout(micros, keyLimits);
        SpendWindow account = ofAccount == null ? null : ofAccount.firstWithout(micros, accountLimits);
        return isAccounts(account, key) ? account : key;
    }

    /** Returns the refusal of an amount by the longest window without room for it, or null. Of two equally long windows it names the account's. */
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
