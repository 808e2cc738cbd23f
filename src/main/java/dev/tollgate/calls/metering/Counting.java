package dev.tollgate.calls.metering;

import java.util.concurrent.ConcurrentHashMap;

/** How many prompts each account has counted at the moment: at most {@value #AT_ONCE_MAX} (D29). Thread-safe; holds only accounts that count. */
final class Counting {

    private static final int AT_ONCE_MAX = 4;

    private final ConcurrentHashMap<String, Integer> running = new ConcurrentHashMap<>();

    /** @return whether the account may count one more; then {@link #leave} must follow */
    boolean enter(String accountId) {
        boolean[] entered = {false};
        running.compute(accountId, (id, count) -> {
            int now = count == null ? 0 : count;
            entered[0] = now < AT_ONCE_MAX;
            return entered[0] ? Integer.valueOf(now + 1) : count;
        });
        return entered[0];
    }

    void leave(String accountId) {
        running.computeIfPresent(accountId, (id, count) -> count == 1 ? null : Integer.valueOf(count - 1));
    }
}
