package dev.tollgate.calls.lines;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/** The lines of each account whose calls run on this server, in the order of their starts (J18). Thread-safe. */
public final class RunningLines {

    private final Map<String, TreeSet<Long>> accounts = new HashMap<>();
    private long last;

    /** A line whose call runs. */
    public final class Place {

        private final String accountId;
        private final long number;

        private Place(String accountId, long number) {
            this.accountId = accountId;
            this.number = number;
        }

        /** Returns whether another line of its account has started before, and runs. Of two that start at once, one is the first. */
        public boolean isBehindAnother() {
            synchronized (RunningLines.this) {
                TreeSet<Long> its = accounts.get(accountId);
                return its != null && its.lower(number) != null;
            }
        }

        /** The call is over. */
        public void leave() {
            synchronized (RunningLines.this) {
                accounts.computeIfPresent(accountId, (_, its) -> {
                    its.remove(number);
                    return its.isEmpty() ? null : its;
                });
            }
        }
    }

    /** A line of an account starts. */
    public synchronized Place enter(String accountId) {
        long number = ++last;
        accounts.computeIfAbsent(accountId, _ -> new TreeSet<>()).add(number);
        return new Place(accountId, number);
    }
}
