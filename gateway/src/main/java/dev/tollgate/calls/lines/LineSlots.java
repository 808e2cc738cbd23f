package dev.tollgate.calls.lines;

import dev.tollgate.http.limits.FairTurns;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The places of the lines that run on this server at the same time (J12): so many in all, half of them of one account, the accounts in turn; and of each
 * model as many as its provider takes. A model begins with few, which double each minute until the provider first refuses. From then on a refusal
 * halves them, and a number of answers adds one. Thread-safe.
 */
public final class LineSlots {

    static final int FIRST = 4;
    static final int ANSWERS_FOR_ONE = 20;
    static final Duration DOUBLED_EACH = Duration.ofMinutes(1);
    static final Duration HALVED_EACH = Duration.ofSeconds(10);

    /** The time without a line after which a model starts from the beginning. */
    static final Duration FORGOTTEN_AFTER = Duration.ofHours(1);

    /** The time for which an account that found a model full comes before those that have more of its places. */
    static final Duration WANTS_FOR = Duration.ofSeconds(2);

    /** The most batches that wait. */
    private static final int WAITING_MAX = 1_000;

    private final int most;
    private final LongSupplier nanoTime;
    private final FairTurns turns;
    private final Map<String, OfModel> models = new HashMap<>();

    /** @param most lines in all, at least 1 */
    public LineSlots(int most, LongSupplier nanoTime) {
        this.most = most;
        this.nanoTime = nanoTime;
        this.turns = new FairTurns(new FairTurns.Bounds(most, Math.max(1, most / 2), WAITING_MAX, WAITING_MAX));
    }

    /** The lines of a model. Guarded by its slots. */
    private static final class OfModel {
        private final Map<String, Integer> accounts = new HashMap<>();
        private final Map<String, Long> wanting = new HashMap<>();
        private int inside;
        private int most;
        private long since;
        private long last;
        private boolean isRefused;
        private long halvedAt;
        private int answers;

        private OfModel(int first, long now) {
            most = first;
            since = now;
        }

        /** Returns whether an account may have one more; notes that it wants it if not. Of a full model, who has fewer comes first. */
        boolean hasRoom(String accountId, long now) {
            wanting.values().removeIf(until -> now - until > 0);
            int its = accounts.getOrDefault(accountId, 0);
            boolean has = inside < most
                    && wanting.keySet().stream().allMatch(other -> its <= accounts.getOrDefault(other, 0));
            if (has) {
                wanting.remove(accountId);
            } else {
                wanting.put(accountId, now + WANTS_FOR.toNanos());
            }
            return has;
        }

        void add(String accountId, int lines) {
            inside += lines;
            accounts.merge(accountId, lines, (old, more) -> old + more == 0 ? null : old + more);
        }
    }

    /** The place of one line. */
    public final class Slot implements AutoCloseable {

        private final String accountId;
        private final FairTurns.Turn turn;
        private @Nullable OfModel its;

        private Slot(String accountId, FairTurns.Turn turn) {
            this.accountId = accountId;
            this.turn = turn;
        }

        /** Takes a place of a model, once. @return false if the model is full */
        public boolean takes(String modelId) {
            synchronized (LineSlots.this) {
                OfModel model = model(modelId);
                boolean takes = its == null && model.hasRoom(accountId, nanoTime.getAsLong());
                if (takes) {
                    model.add(accountId, 1);
                    its = model;
                }
                return takes;
            }
        }

        /** The provider has answered. */
        public void answered() {
            synchronized (LineSlots.this) {
                if (its != null && its.isRefused && ++its.answers >= ANSWERS_FOR_ONE) {
                    its.answers = 0;
                    its.most = Math.min(most, its.most + 1);
                }
            }
        }

        /** The provider has refused the line, with 429 or 503. */
        public void refused() {
            synchronized (LineSlots.this) {
                long now = nanoTime.getAsLong();
                if (its != null && (!its.isRefused || now - its.halvedAt >= HALVED_EACH.toNanos())) {
                    its.isRefused = true;
                    its.halvedAt = now;
                    its.answers = 0;
                    its.most = Math.max(1, its.most / 2);
                }
            }
        }

        /** Gives the place back; a second time does nothing. */
        @Override
        public void close() {
            synchronized (LineSlots.this) {
                if (its != null) {
                    its.add(accountId, -1);
                    its.last = nanoTime.getAsLong();
                    its = null;
                    LineSlots.this.notifyAll();
                }
            }
            turn.close();
        }
    }

    /** Blocks until it is a line's turn. @return to be closed; null if its turn has not come in time */
    public @Nullable Slot enter(String accountId, long nanosMax) throws InterruptedException {
        FairTurns.Turn turn = turns.enter(accountId, nanosMax);
        return turn == null ? null : new Slot(accountId, turn);
    }

    /** Blocks until a model has a place for an account. @return false if it had none in time */
    public synchronized boolean awaitRoom(String accountId, String modelId, long nanosMax) throws InterruptedException {
        long until = System.nanoTime() + nanosMax;
        while (true) {
            if (model(modelId).hasRoom(accountId, nanoTime.getAsLong())) {
                return true;
            }
            long left = until - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(Math.max(1, left / 1_000_000));
        }
    }

    /** Returns how many lines of a model may run at the same time now. */
    public synchronized int most(String modelId) {
        return model(modelId).most;
    }

    private OfModel model(String modelId) {
        long now = nanoTime.getAsLong();
        models.values()
                .removeIf(
                        each -> each.inside == 0 && now - Math.max(each.since, each.last) > FORGOTTEN_AFTER.toNanos());
        OfModel model = models.computeIfAbsent(modelId, _ -> new OfModel(Math.min(FIRST, most), now));
        while (!model.isRefused && model.most < most && now - model.since >= DOUBLED_EACH.toNanos()) {
            model.since += DOUBLED_EACH.toNanos();
            model.most = Math.min(most, 2 * model.most);
        }
        return model;
    }
}
