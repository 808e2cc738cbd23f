package dev.tollgate.books.rollups;

import dev.tollgate.books.labels.LabelNumbers;
import dev.tollgate.books.ledger.Refund;
import dev.tollgate.books.ledger.ReleaseAbandoned;
import dev.tollgate.books.ledger.Resolution;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The part of the writer's work that keeps the roll-ups, and the sweep that folds them. */
public final class Rollups {

    /** The days that quarters are kept by the clock; in addition an account keeps the quarters of its newest 99 days with calls. */
    public static final int QUARTER_DAYS = 100;

    public static final Duration SWEEP_EVERY = Duration.ofMinutes(10);

    private final Writer writer;
    private final InstantSource clock;
    private final AtomicBoolean sweeping = new AtomicBoolean();

    public Rollups(Writer writer, InstantSource clock) {
        this.writer = writer;
        this.clock = clock;
    }

    /** Returns the part, which follows the ledger and the tasks. @param nodeId owner of the operator's rows; evaluated on the writer's thread */
    public static Part<?> part(Supplier<String> nodeId, LabelNumbers labels) {
        return new RollupsPart(nodeId, labels);
    }

    /**
     * Folds days that are due, a few accounts in each commit, and deletes old quarters. Safe on several servers at the same time: one does
     * the work. Blocks; a second call at the same time does nothing.
     */
    public void sweep() {
        if (!sweeping.compareAndSet(false, true)) {
            return;
        }
        try {
            FoldUsage step;
            do {
                step = new FoldUsage(clock.instant());
                writer.commitAndWait(Unit.of(step));
            } while (step.isMore());
        } finally {
            sweeping.set(false);
        }
    }

    /** A change of the roll-ups. What is counted depends on a change of the ledger in the same unit, which has been applied before it. */
    public sealed interface RollupChange extends Change
            permits CountCall, CountAbandoned, CountRefund, FoldUsage, CorrectUsage {}

    /**
     * Counts a call that has ended; nothing where its reservation had ended before.
     *
     * @param resolution of the same unit
     */
    public record CountCall(Resolution resolution) implements RollupChange {}

    /**
     * Counts the calls whose owner has died as failed.
     *
     * @param expired of the same unit
     */
    public record CountAbandoned(ReleaseAbandoned expired) implements RollupChange {}

    /**
     * Counts what was given back of a call's charge later, for the key and the model of that call, at the time of the refund's own entry; nothing
     * where nothing was given back.
     *
     * @param refund of the same unit
     */
    public record CountRefund(Refund refund) implements RollupChange {}

    /** Folds a few accounts' closed quarters into days, if no other node is at it. */
    public static final class FoldUsage implements RollupChange {

        private final Instant now;
        private boolean more;

        public FoldUsage(Instant now) {
            this.now = now;
        }

        Instant now() {
            return now;
        }

        void left(boolean isMore) {
            more = isMore;
        }

        /** Once applied: whether there is more to fold. */
        public boolean isMore() {
            return more;
        }
    }

    /** Returns the usage of an account by time, for the export and the erasure of accounts: it stays. */
    public static Holding holding() {
        String usage = "u.starts_at u.key_id u.model" + of(UsageColumn.columns(UsageColumn.OF_EXPORTS));
        return Holding.of(
                ExportFile.of(
                        "usage-quarters.csv",
                        "usage by quarter of an hour",
                        "usage_quarter u",
                        "u.account_id = :account",
                        usage,
                        "u.account_id u.starts_at u.key_id u.model"),
                ExportFile.of(
                        "usage-days.csv",
                        "older usage by day (UTC)",
                        "usage_day u",
                        "u.account_id = :account",
                        usage,
                        "u.account_id u.starts_at u.key_id u.model"));
    }

    /** Returns the usage of an account by label, for the export and the erasure of accounts: it stays. */
    public static Holding labelHolding() {
        return Holding.of(ExportFile.of(
                "usage-by-label.csv",
                "usage by day (UTC) and label",
                "usage_label u",
                "u.account_id = :account",
                "u.day:TIME u.number u.model" + of(UsageColumn.columns(UsageColumn.OF_LABELS)),
                "u.account_id u.day u.number u.model"));
    }

    private static String of(List<String> columns) {
        return columns.stream().map(it -> " u." + it).collect(Collectors.joining());
    }
}
