package dev.tollgate.customers.payments;

import dev.tollgate.books.ledger.TakeBack;
import dev.tollgate.customers.payments.PaymentsPart.PaymentChange;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lowers the loss of payments by what running calls kept of their own grants when the money went back, and what has left these since (K22). Blocks; for
 * one thread.
 */
public final class LateReturns {

    public static final Duration EVERY = Duration.ofSeconds(10);

    /** The payments of one commit: each has two changes. */
    private static final int ROWS_MAX = 20;

    /** The time by which a grant's end may come into the books later than its own time says. */
    private static final Duration MARGIN = Duration.ofMinutes(10);

    // A grant that running calls keep ends with the last of them. Entries, of which an account may have a million, are
    // read for such grants only:
    // a join would leave the order to the database.
    private static final String LATE = PaymentSql.PAYMENT + """
             WHERE missing_micros > 0 AND id > ? AND lapsed_micros < (
                SELECT COALESCE(SUM((
                    SELECT SUM(-gone.amount_micros) FROM entry gone
                    WHERE gone.account_id = own.account_id AND gone.number > own.entry_number AND gone.kind = 'adjustment'
                        AND gone.grants LIKE own.number || ':%' AND gone.grants NOT LIKE '% %')), 0)
                FROM credit_grant own WHERE own.account_id = payment.account_id AND own.ended_at >= ? AND EXISTS (
                    SELECT 1 FROM entry paid WHERE paid.account_id = own.account_id AND paid.number = own.entry_number
                        AND paid.kind = 'top_up' AND paid.origin_id = payment.id))
            ORDER BY id LIMIT ?""";

    private final Database database;
    private final Writer writer;
    private final InstantSource clock;
    private Instant seen = Instant.EPOCH;

    public LateReturns(Database database, Writer writer, InstantSource clock) {
        this.database = database;
        this.writer = writer;
        this.clock = clock;
    }

    /** The first time it looks at all payments, then at those whose grants have ended since. */
    public void sweep() {
        Instant began = clock.instant();
        Instant since = (seen.isBefore(began) ? seen : began).minus(MARGIN);
        String after = "";
        List<Payment> late;
        do {
            String from = after;
            late = database.read(sql -> sql.list(LATE, PaymentSql::payment, from, since, ROWS_MAX));
            if (!late.isEmpty()) {
                Instant now = clock.instant();
                List<Change> changes = new ArrayList<>();
                late.forEach(each -> changes.addAll(new LateReturn(each, now).changes()));
                writer.commitAndWait(Unit.of(changes));
                after = late.getLast().id();
            }
        } while (late.size() == ROWS_MAX);
        seen = began;
    }

    /** Looks again at what has left a payment's own grant. The outcome is whether the payment is there. */
    static final class LateReturn extends Decision<Boolean> implements PaymentChange {

        private final String paymentId;
        private final TakeBack takeBack;
        private @Nullable PaymentRow row;

        LateReturn(Payment read, Instant at) {
            paymentId = read.id();
            takeBack = TakeBack.late(
                    read.accountId(),
                    read.id(),
                    TakeNotice.credited(read),
                    () -> row == null ? null : row.taken(),
                    taken -> {
                        if (row != null) {
                            row.takenBack(taken);
                        }
                    },
                    at);
        }

        List<Change> changes() {
            return List.of(this, takeBack);
        }

        String paymentId() {
            return paymentId;
        }

        void of(@Nullable PaymentRow its) {
            row = its;
            decide(its != null);
        }
    }
}
