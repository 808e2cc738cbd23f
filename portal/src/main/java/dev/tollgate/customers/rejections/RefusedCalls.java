package dev.tollgate.customers.rejections;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.RefusalObserver;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The refused calls of this node. Thread-safe; never blocks for long. */
public final class RefusedCalls implements RefusalObserver {

    /** The most that are kept of an account, and of all together for who looks at all. */
    public static final int OF_ACCOUNT_MAX = 200;

    /** The most that are kept of all accounts: past it the account that was refused the longest ago is forgotten. */
    public static final int ALL_MAX = 20_000;

    private static final int ACCOUNTS_MAX = 500;

    private final InstantSource clock;
    private final Consumer<RefusedCall> counted;
    private final ReentrantLock lock = new ReentrantLock();

    /** Accounts in the order of their latest refusal, the newest last. */
    private final Map<String, Deque<RefusedCall>> accounts = new LinkedHashMap<>();

    private final Deque<RefusedCall> latest = new ArrayDeque<>();
    private final RefusedTally all = new RefusedTally();
    private int kept;

    /** @param counted gets each call of an account, to count it */
    public RefusedCalls(InstantSource clock, Consumer<RefusedCall> counted) {
        this.clock = clock;
        this.counted = counted;
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
        if (!call.accountId().isEmpty()) {
            counted.accept(call);
        }
        lock.lock();
        try {
            all.count(call.code(), call.at().toEpochMilli());
            if (!call.accountId().isEmpty()) {
                keep(call);
            }
        } finally {
            lock.unlock();
        }
    }

    private void keep(RefusedCall call) {
        Deque<RefusedCall> before = accounts.remove(call.accountId());
        Deque<RefusedCall> calls = before == null ? new ArrayDeque<>() : before;
        accounts.put(call.accountId(), calls);
        calls.addFirst(call);
        kept++;
        if (calls.size() > OF_ACCOUNT_MAX) {
            calls.removeLast();
            kept--;
        }
        latest.addFirst(call);
        if (latest.size() > OF_ACCOUNT_MAX) {
            latest.removeLast();
        }
        forgetEldest();
    }

    private void forgetEldest() {
        Iterator<Deque<RefusedCall>> eldest = accounts.values().iterator();
        while (accounts.size() > ACCOUNTS_MAX || kept > ALL_MAX) {
            kept -= eldest.next().size();
            eldest.remove();
        }
    }

    /** Returns the refused calls of an account, the newest first. */
    public List<RefusedCall> of(String accountId) {
        lock.lock();
        try {
            return List.copyOf(accounts.getOrDefault(accountId, new ArrayDeque<>()));
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

    /** Returns the refused call with an id; null if this node has none, or has forgotten it. @param requestId as its caller got it */
    public @Nullable RefusedCall named(String requestId) {
        lock.lock();
        try {
            return Stream.concat(Stream.of(latest), accounts.values().stream())
                    .flatMap(Deque::stream)
                    .filter(call -> call.requestId().equals(requestId))
                    .findFirst()
                    .orElse(null);
        } finally {
            lock.unlock();
        }
    }

    /** Returns the counts of all accounts on this server since its start, including calls without an account. */
    public RefusedCounts counts() {
        lock.lock();
        try {
            return new RefusedCounts(all.lastHour(clock.millis()), all.lastDay(clock.millis()));
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

    /** Counts by code in steps of five minutes over a day. Not thread-safe: its owner's lock guards it. */
    private static final class RefusedTally {

        private static final long STEP_MILLIS = 5 * 60_000;
        private static final int STEPS_OF_HOUR = 12;
        private static final int STEPS = 24 * STEPS_OF_HOUR;
        private static final int CODES = ErrorCode.values().length;

        /** Counts by the number of the step; at most one day. */
        private final NavigableMap<Long, int[]> counts = new TreeMap<>();

        void count(ErrorCode code, long atMillis) {
            long step = Math.floorDiv(atMillis, STEP_MILLIS);
            counts.computeIfAbsent(step, none -> new int[CODES])[code.ordinal()]++;
            while (counts.size() > STEPS) {
                counts.pollFirstEntry();
            }
        }

        Map<String, Long> lastHour(long nowMillis) {
            return sums(nowMillis, STEPS_OF_HOUR);
        }

        Map<String, Long> lastDay(long nowMillis) {
            return sums(nowMillis, STEPS);
        }

        private Map<String, Long> sums(long nowMillis, int steps) {
            long last = Math.floorDiv(nowMillis, STEP_MILLIS);
            Map<String, Long> sums = new HashMap<>();
            for (int[] counted : counts.subMap(last - steps, false, last, true).values()) {
                for (ErrorCode code : ErrorCode.values()) {
                    if (counted[code.ordinal()] > 0) {
                        sums.merge(code.code(), (long) counted[code.ordinal()], Long::sum);
                    }
                }
            }
            return sums;
        }
    }
}
