package dev.tollgate.calls.metering;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The turns of accounts to count prompts: each has {@value #AT_ONCE_MAX} at once (D29), and more wait in order. Thread-safe; holds only accounts that
 * count.
 */
final class Counting {

    private static final int AT_ONCE_MAX = 4;

    /** The most calls of an account that wait. Each is a call that is open anyway. */
    private static final int WAITING_MAX = 1_000;

    /** A call's place in the line. */
    static final class Place {

        private final Runnable turn;

        private Place(Runnable turn) {
            this.turn = turn;
        }
    }

    private static final class Line {
        private int running;
        private final Deque<Place> waiting = new ArrayDeque<>(0);
    }

    private final ConcurrentHashMap<String, Line> lines = new ConcurrentHashMap<>();

    /** @return whether the account may count one more at once; then {@link #leave} must follow */
    boolean enter(String accountId) {
        boolean[] entered = {false};
        lines.compute(accountId, (id, line) -> {
            Line its = line == null ? new Line() : line;
            entered[0] = its.running < AT_ONCE_MAX;
            its.running += entered[0] ? 1 : 0;
            return its;
        });
        return entered[0];
    }

    /**
     * Waits for a turn.
     *
     * @param turn run once when the account may count one more, perhaps before this method returns and on any thread; then {@link #leave} must follow
     * @return null if too many wait; then the turn does not come
     */
    @Nullable
    Place queue(String accountId, Runnable turn) {
        Place place = new Place(turn);
        boolean[] now = {false};
        boolean[] waits = {false};
        lines.compute(accountId, (id, line) -> {
            Line its = line == null ? new Line() : line;
            now[0] = its.running < AT_ONCE_MAX;
            waits[0] = !now[0] && its.waiting.size() < WAITING_MAX;
            its.running += now[0] ? 1 : 0;
            if (waits[0]) {
                its.waiting.add(place);
            }
            return its;
        });
        if (now[0]) {
            turn.run();
        }
        return now[0] || waits[0] ? place : null;
    }

    /** Gives up a place. @return false if its turn has come or is coming */
    boolean giveUp(String accountId, Place place) {
        boolean[] removed = {false};
        lines.computeIfPresent(accountId, (id, line) -> {
            removed[0] = line.waiting.remove(place);
            return line;
        });
        return removed[0];
    }

    /** Ends a turn. The next in the line has it. */
    void leave(String accountId) {
        @Nullable Place[] next = new Place[1];
        lines.computeIfPresent(accountId, (id, line) -> {
            next[0] = line.waiting.poll();
            line.running -= next[0] == null ? 1 : 0;
            return line.running == 0 ? null : line;
        });
        if (next[0] != null) {
            next[0].turn.run();
        }
    }
}
