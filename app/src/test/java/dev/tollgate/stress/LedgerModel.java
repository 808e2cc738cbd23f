package dev.tollgate.stress;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.Extend;
import dev.tollgate.books.ledger.LedgerChange.Moved;
import dev.tollgate.books.ledger.Reservation.ReservationState;
import dev.tollgate.books.ledger.ReserveOutcome;
import dev.tollgate.books.ledger.Resolution;
import dev.tollgate.testing.LimitReached;
import dev.tollgate.testing.Moves;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The ledger, too simple to be wrong: it knows each deposit and each call, and adds all of them for each question. It does one operation after
 * the other, so its answers are the right ones for that order.
 */
final class LedgerModel {

    /** A call as the model knows it. */
    static final class Call {
        final String account;
        final String key;
        final Instant at;
        long held;
        long charged;
        ReservationState state = ReservationState.OPEN;

        Call(String account, String key, Instant at) {
            this.account = account;
            this.key = key;
            this.at = at;
        }

        private long heldNow() {
            return state == ReservationState.OPEN ? held : 0;
        }
    }

    final Map<String, Long> purchased = new LinkedHashMap<>();
    final Map<String, Call> calls = new HashMap<>();
    private final Set<String> blocked = new HashSet<>();
    private final Set<String> disabled = new HashSet<>();
    private final Map<String, SpendLimits> spend = new HashMap<>();
    private Set<String> refusedInBatch = Set.of();
    private Map<String, SpendLimits> spendInBatch = Map.of();

    /** What a batch finds out about keys and their accounts it finds out before anything else. */
    void beginBatch() {
        refusedInBatch = new HashSet<>(blocked);
        refusedInBatch.addAll(disabled);
        spendInBatch = Map.copyOf(spend);
    }

    Outcome<Moved> grant(String account, long micros) {
        purchased.merge(account, micros, Long::sum);
        return Moves.granted(micros, balance(account));
    }

    Outcome<Boolean> block(String account, boolean isBlocked) {
        Outcome<Boolean> outcome = new Outcome.Done<>(blocked.contains(account));
        set(blocked, account, isBlocked);
        return outcome;
    }

    void disable(String key, boolean isDisabled) {
        set(disabled, key, isDisabled);
    }

    void limit(String key, SpendLimits limits) {
        spend.put(key, limits);
    }

    private static void set(Set<String> all, String one, boolean isIn) {
        if (isIn) {
            all.add(one);
        } else {
            all.remove(one);
        }
    }

    /** Whether a key and its account were good when the batch began. */
    boolean usable(String account, String key) {
        return !refusedInBatch.contains(account) && !refusedInBatch.contains(key);
    }

    /** What a key might spend when the batch began. */
    SpendLimits spend(String key) {
        return spendInBatch.get(key);
    }

    /** @param usable as the batch has found the key and its account */
    ReserveOutcome reserve(String id, Call call, boolean usable, long least, long wanted, SpendLimits limits) {
        if (!usable || blocked.contains(call.account)) {
            return new ReserveOutcome.NotAllowed();
        }
        Balance balance = balance(call.account);
        if (balance.balanceMicros() < least) {
            return new ReserveOutcome.InsufficientCredits(balance.balanceMicros(), balance.reservedMicros(), least);
        }
        SpendWindow full = full(call, least, limits);
        if (full != null) {
            return LimitReached.by(
                    Owner.KEY,
                    call.key,
                    full,
                    limits.of(full),
                    charged(call, full),
                    held(call, full),
                    least,
                    full.endsAt(call.at));
        }
        call.held = Math.min(wanted, Math.min(balance.balanceMicros(), room(call, limits)));
        calls.put(id, call);
        return new ReserveOutcome.Reserved(call.held);
    }

    /** @param usable whether the key may be used; not checked at a settlement */
    Extend.Outcome extend(String id, boolean settles, boolean usable, long least, long wanted, SpendLimits limits) {
        Call call = calls.get(id);
        if (call.state != ReservationState.OPEN) {
            return new Extend.AlreadyResolved(call.state);
        }
        if (!settles && (!usable || blocked.contains(call.account))) {
            return new Extend.NotAllowed();
        }
        long available = balance(call.account).balanceMicros();
        if (available < least) {
            return new Extend.BalanceExhausted();
        }
        SpendWindow full = full(call, least, limits);
        if (full != null) {
            return new Extend.WindowExhausted(full);
        }
        long added = Math.min(wanted, Math.min(available, room(call, limits)));
        call.held += added;
        return new Extend.Extended(added, call.held);
    }

    Resolution.Outcome resolve(String id, ReservationState end, long charge) {
        Call call = calls.get(id);
        if (call.state != ReservationState.OPEN) {
            return new Resolution.AlreadyResolved(call.state);
        }
        call.state = end;
        call.charged = charge;
        return new Resolution.Resolved(charge, call.held - charge, balance(call.account));
    }

    Balance balance(String account) {
        long reserved = 0;
        long consumed = 0;
        for (Call call : calls.values()) {
            if (call.account.equals(account)) {
                reserved += call.heldNow();
                consumed += call.charged;
            }
        }
        long all = purchased.get(account);
        return new Balance(all - reserved - consumed, reserved, all, consumed);
    }

    private SpendWindow full(Call call, long least, SpendLimits limits) {
        for (SpendWindow window : List.of(SpendWindow.TOTAL, SpendWindow.DAY, SpendWindow.HOUR)) {
            if (Math.max(0, limits.of(window) - charged(call, window) - held(call, window)) < least) {
                return window;
            }
        }
        return null;
    }

    private long room(Call call, SpendLimits limits) {
        long room = Long.MAX_VALUE;
        for (SpendWindow window : SpendWindow.OF_LIMITS) {
            room = Math.min(room, limits.of(window) - charged(call, window) - held(call, window));
        }
        return Math.max(0, room);
    }

    private long charged(Call call, SpendWindow window) {
        return calls.values().stream()
                .filter(other -> shares(call, other, window))
                .mapToLong(other -> other.charged)
                .sum();
    }

    private long held(Call call, SpendWindow window) {
        return calls.values().stream()
                .filter(other -> shares(call, other, window))
                .mapToLong(Call::heldNow)
                .sum();
    }

    /** The text of a time, cut after the hour or the day, says in which window it lies. */
    private static boolean shares(Call call, Call other, SpendWindow window) {
        int chars = window == SpendWindow.HOUR ? 13 : window == SpendWindow.DAY ? 10 : 0;
        return call.key.equals(other.key)
                && call.at
                        .toString()
                        .substring(0, chars)
                        .equals(other.at.toString().substring(0, chars));
    }
}
