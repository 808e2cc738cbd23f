package dev.tollgate.customers.rejections;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.RefusalObserver;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The refused calls of this node. Thread-safe; never blocks for long. */
public final class RefusedCalls implements RefusalObserver {

    /** The most that are kept of an account, and of all together for who looks at all. */
    public static final int OF_ACCOUNT_MAX = 200;

    /** The most that are kept of all accounts: past it the account that was refused the longest ago is forgotten. */
    public static final int ALL_MAX = 20_000;

    private static final int ACCOUNTS_MAX = 500;

    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();

    /** Accounts in the order of their latest refusal, the newest last. */
    private final Map<String, OfAccount> accounts = new LinkedHashMap<>();

    private final Deque<RefusedCall> latest = new ArrayDeque<>();
    private final RefusedTally all = new RefusedTally();
    private int kept;

    private static final class OfAccount {
        private final Deque<RefusedCall> calls = new ArrayDeque<>();
        private final RefusedTally tally = new RefusedTally();
    }

    public RefusedCalls(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void refused(Exchange exchange, ApiError error) {
        add(new RefusedCall(
                clock.instant(),
                exchange.callerAccount(),
                exchange.callerKey(),
                exchange.routeName(),
                error.status(),
                error.code(),
                error.message(),
                error.shortage(),
                exchange.requestId()));
    }

    /** Adds a refused call. It is only counted if it names no account. */
    void add(RefusedCall call) {
        long atMillis = call.at().toEpochMilli();
        lock.lock();
        try {
            all.count(call.code(), atMillis);
            if (call.accountId().isEmpty()) {
                return;
            }
            OfAccount before = accounts.remove(call.accountId());
            OfAccount account = before == null ? new OfAccount() : before;
            accounts.put(call.accountId(), account);
            account.tally.count(call.code(), atMillis);
            account.calls.addFirst(call);
            kept++;
            if (account.calls.size() > OF_ACCOUNT_MAX) {
                account.calls.removeLast();
                kept--;
            }
            latest.addFirst(call);
            if (latest.size() > OF_ACCOUNT_MAX) {
                latest.removeLast();
            }
            forgetEldest();
        } finally {
            lock.unlock();
        }
    }

    private void forgetEldest() {
        Iterator<OfAccount> eldest = accounts.values().iterator();
        while (accounts.size() > ACCOUNTS_MAX || kept > ALL_MAX) {
            kept -= eldest.next().calls.size();
            eldest.remove();
        }
    }

    /** Returns the refused calls of an account, the newest first. */
    public List<RefusedCall> of(String accountId) {
        lock.lock();
        try {
            OfAccount account = accounts.get(accountId);
            return account == null ? List.of() : List.copyOf(account.calls);
        } finally {
            lock.unlock();
        }
    }

    /** The latest of all accounts, the newest first. */
    public List<RefusedCall> latest() {
        lock.lock();
        try {
            return List.copyOf(latest);
        } finally {
            lock.unlock();
        }
    }

    public RefusedCounts counts(String accountId) {
        lock.lock();
        try {
            OfAccount account = accounts.get(accountId);
            return account == null ? RefusedCounts.NONE : counts(account.tally);
        } finally {
            lock.unlock();
        }
    }

    /** Returns the counts of all accounts, including calls without an account. */
    public RefusedCounts counts() {
        lock.lock();
        try {
            return counts(all);
        } finally {
            lock.unlock();
        }
    }

    /** Returns the number of stored calls, including the list of the latest of all accounts. */
    int kept() {
        lock.lock();
        try {
            return kept + latest.size();
        } finally {
            lock.unlock();
        }
    }

    private RefusedCounts counts(RefusedTally tally) {
        long now = clock.millis();
        Long since = tally.noCreditsSince(now);
        return new RefusedCounts(
                tally.lastHour(now), tally.lastDay(now), since == null ? null : Instant.ofEpochMilli(since));
    }

    /** Counts by code in steps of five minutes over a day. Not thread-safe: its owner's lock guards it. */
    private static final class RefusedTally {

        private static final long STEP_MILLIS = 5 * 60_000;
        private static final int STEPS_OF_HOUR = 12;
        private static final int STEPS = 24 * STEPS_OF_HOUR;
        private static final int CODES = ErrorCode.values().length;

        /** Counts by the number of the step; at most one day. */
        private final NavigableMap<Long, int[]> counts = new TreeMap<>();

        private long noCreditsSinceMillis;
        private long noCreditsAtMillis = Long.MIN_VALUE / 2;

        void count(ErrorCode code, long atMillis) {
            long step = Math.floorDiv(atMillis, STEP_MILLIS);
            counts.computeIfAbsent(step, none -> new int[CODES])[code.ordinal()]++;
            while (counts.size() > STEPS) {
                counts.pollFirstEntry();
            }
            if (code == ErrorCode.INSUFFICIENT_CREDITS) {
                if (atMillis - noCreditsAtMillis > STEPS_OF_HOUR * STEP_MILLIS) {
                    noCreditsSinceMillis = atMillis;
                }
                noCreditsAtMillis = atMillis;
            }
        }

        Map<ErrorCode, Long> lastHour(long nowMillis) {
            return sums(nowMillis, STEPS_OF_HOUR);
        }

        Map<ErrorCode, Long> lastDay(long nowMillis) {
            return sums(nowMillis, STEPS);
        }

        /** Returns the time since which credits are lacking, in milliseconds; null if that has been over for an hour, or never was. */
        @Nullable
        Long noCreditsSince(long nowMillis) {
            return nowMillis - noCreditsAtMillis > STEPS_OF_HOUR * STEP_MILLIS ? null : noCreditsSinceMillis;
        }

        private Map<ErrorCode, Long> sums(long nowMillis, int steps) {
            long last = Math.floorDiv(nowMillis, STEP_MILLIS);
            Map<ErrorCode, Long> sums = new EnumMap<>(ErrorCode.class);
            for (int[] counted : counts.subMap(last - steps, false, last, true).values()) {
                for (ErrorCode code : ErrorCode.values()) {
                    if (counted[code.ordinal()] > 0) {
                        sums.merge(code, (long) counted[code.ordinal()], Long::sum);
                    }
                }
            }
            return sums;
        }
    }
}
