package dev.tollgate.customers.payments;

import dev.tollgate.customers.payments.LateReturns.LateReturn;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges each notice of a payment service against the earlier ones, once. A refused notice is judged again when it is repeated, because its
 * reason may be gone: a key of the wrong mode, or a session that is not stored yet. The ledger moves the credits afterwards. On PostgreSQL the
 * notices of all nodes are judged one after the other, because the notice that makes a payment paid must see the earlier ones. There are few.
 */
final class PaymentsPart implements Part<PaymentsPart.PaymentChange> {

    private static final String KNOWN = "SELECT outcome FROM payment_notice WHERE id = ?";

    private final Map<String, @Nullable PaymentRow> rows = new LinkedHashMap<>();
    private final Set<String> seen = new HashSet<>();
    private final List<PaymentNotice> counted = new ArrayList<>();
    private boolean isLocked;

    @Override
    public Class<PaymentChange> type() {
        return PaymentChange.class;
    }

    @Override
    public void ask(Statements statements, List<PaymentChange> changes) throws SQLException {
        for (PaymentChange change : changes) {
            switch (change) {
                case PaymentWrite write -> {}
                case LateReturn late -> {
                    lock(statements);
                    if (!rows.containsKey(late.paymentId())) {
                        rows.put(late.paymentId(), find(statements, PaymentSql.BY_ID, late.paymentId()));
                    }
                }
                case TakeNotice take -> {
                    lock(statements);
                    Payment read = take.read();
                    if (read != null && !rows.containsKey(read.id())) {
                        PaymentRow present = find(statements, PaymentSql.BY_ID, read.id());
                        boolean isMade = take.isLost()
                                && (present == null || present.stored().sessionId() == null);
                        rows.put(read.id(), isMade ? PaymentRow.lost(read) : present);
                    }
                }
            }
        }
    }

    private void lock(Statements statements) throws SQLException {
        if (!isLocked) {
            statements.lockTable("payment_notice");
        }
        isLocked = true;
    }

    private static @Nullable PaymentRow find(Statements statements, String sql, String value) throws SQLException {
        return statements.one(sql + statements.dialect().lock(), row -> new PaymentRow(PaymentSql.payment(row)), value);
    }

    // ---- what is decided ----

    @Override
    public void decide(Statements statements, List<PaymentChange> changes) throws SQLException {
        for (PaymentChange change : changes) {
            switch (change) {
                case PaymentWrite write -> {}
                case LateReturn late -> late.of(rows.get(late.paymentId()));
                case TakeNotice take -> judge(statements, take);
            }
        }
    }

    private void judge(Statements statements, TakeNotice take) throws SQLException {
        PaymentNotice notice = take.notice();
        String before = outcome(statements, notice.id());
        boolean wasRefused = Verdict.REFUSED.code().equals(before);
        if (!seen.add(notice.id()) || (before != null && !wasRefused)) {
            take.judge(Verdict.REPLAYED, null, null);
            return;
        }
        if (wasRefused) {
            take.comesAgain();
        }
        judgeAnew(statements, take, notice);
        if (wasRefused && take.outcome() == Verdict.REFUSED) {
            boolean isEarly = take.wasTooEarly();
            take.judge(Verdict.REPLAYED, null, null); // for the same reason, or another one
            if (isEarly) {
                take.isTooEarly();
            }
        }
    }

    private void judgeAnew(Statements statements, TakeNotice take, PaymentNotice notice) throws SQLException {
        if (saysNothing(statements, take, notice)) {
            take.judge(Verdict.OF_NO_USE, null, null);
        } else if (notice.wrong() != null) {
            take.judge(Verdict.REFUSED, null, notice.wrong());
        } else if (notice.fact().isOfTheWay()) {
            onItsWay(statements, take, notice);
        } else {
            ofItsMoney(statements, take, notice);
        }
    }

    /**
     * Returns whether a notice is none of ours: it moves no money and is of no page that is known here, such as the end of one that a restore has lost, or it is
     * of money in another currency, with which another system was paid.
     */
    private boolean saysNothing(Statements statements, TakeNotice take, PaymentNotice notice) throws SQLException {
        PaymentNotice.Fact fact = notice.fact();
        if (!fact.isOfTheWay()) {
            String intent = notice.intentId();
            return Blame.OTHER_CURRENCY.kept().equals(notice.wrong())
                    && intent != null
                    && byIntent(statements, intent) == null;
        }
        if (fact == PaymentNotice.Fact.PAID) {
            return false;
        }
        Payment read = take.read();
        PaymentRow row = read == null ? null : rows.get(read.id());
        boolean isTooEarly = fact == PaymentNotice.Fact.PENDING
                && row != null
                && row.stored().sessionId() == null;
        return row == null || !isTooEarly && wrong(row.stored(), notice) != null;
    }

    /** Returns the outcome of an event that was received before; null if it was not. */
    private static @Nullable String outcome(Statements statements, String id) throws SQLException {
        return statements.one(KNOWN, row -> row.getString(1), id);
    }

    /** Judges a notice about the payment's session: pending, paid or failed. */
    private void onItsWay(Statements statements, TakeNotice take, PaymentNotice notice) throws SQLException {
        Payment read = take.read();
        PaymentRow row = read == null ? null : rows.get(read.id());
        String wrong = row == null ? Blame.NOT_OURS.kept() : wrong(row.stored(), notice);
        if (row == null || wrong != null) {
            take.judge(Verdict.REFUSED, null, wrong);
            if (row != null && row.stored().sessionId() == null) {
                take.isTooEarly();
            }
            return;
        }
        switch (notice.fact()) {
            case PAID -> paid(statements, take, notice, row);
            case PENDING -> {
                take.judge(Verdict.TAKEN, row, null);
                if (row.state() == Payment.State.OPEN) {
                    row.pending();
                }
            }
            default -> {
                take.judge(Verdict.TAKEN, row, null);
                if (row.state() != Payment.State.PAID) {
                    row.failed(take.at());
                }
            }
        }
    }

    private static @Nullable String wrong(Payment payment, PaymentNotice notice) {
        if (payment.channel() != notice.channel()) {
            return Blame.OTHER_CHANNEL.kept();
        }
        if (payment.sessionId() == null) {
            return Blame.NO_SESSION_YET.kept();
        }
        return notice.sessionId() == null || !notice.sessionId().equals(payment.sessionId())
                ? Blame.OTHER_SESSION.kept()
                : null;
    }

    private void paid(Statements statements, TakeNotice take, PaymentNotice notice, PaymentRow row)
            throws SQLException {
        String intent = notice.intentId();
        if (row.state() == Payment.State.PAID) {
            take.judge(Verdict.TAKEN, row, Blame.PAID_ALREADY.kept());
            take.wants(wantedMicros(statements, row));
            return;
        }
        if (intent == null || notice.cents() - notice.taxCents() != row.stored().netCents() || notice.taxCents() < 0) {
            take.judge(Verdict.REFUSED, null, Blame.OTHER_AMOUNT.kept());
            return;
        }
        if (byIntent(statements, intent) != null) {
            take.judge(Verdict.REFUSED, null, Blame.OTHER_PAYMENT.kept());
            return;
        }
        if (take.hasNoRoom()) {
            take.judge(Verdict.REFUSED, row, Blame.NO_ROOM.kept());
            return;
        }
        long wanted = wantedMicros(statements, row, intent, notice.cents());
        if (take.isOutdated() || take.isTurn() && wanted == row.stored().creditMicros()) {
            again(take, notice);
            return;
        }
        take.judge(Verdict.TAKEN, row, null);
        row.paid(intent, notice.taxCents(), take.at());
        take.pays();
        take.wants(wanted);
    }

    /** Judges a notice about money that is refunded or disputed. */
    private void ofItsMoney(Statements statements, TakeNotice take, PaymentNotice notice) throws SQLException {
        String intent = notice.intentId();
        if (intent == null || notice.objectId() == null) {
            take.judge(Verdict.REFUSED, null, Blame.NO_PAYMENT.kept());
            return;
        }
        PaymentRow row = byIntent(statements, intent);
        Payment read = take.read();
        if (row == null) {
            counted.add(notice);
            take.judge(Verdict.KEPT, null, null);
        } else if (read == null || !read.id().equals(row.stored().id()) || take.isOutdated()) {
            again(take, notice);
        } else {
            counted.add(notice);
            take.judge(Verdict.TAKEN, row, null);
            take.wants(wantedMicros(statements, row));
        }
    }

    private void again(TakeNotice take, PaymentNotice notice) {
        seen.remove(notice.id());
        take.judge(Verdict.AGAIN, null, null);
    }

    private @Nullable PaymentRow byIntent(Statements statements, String intent) throws SQLException {
        for (PaymentRow row : rows.values()) {
            if (row != null && intent.equals(row.intentId())) {
                return row;
            }
        }
        return find(statements, PaymentSql.BY_INTENT, intent);
    }

    // ---- what goes back ----

    private long wantedMicros(Statements statements, PaymentRow row) throws SQLException {
        return wantedMicros(statements, row, Objects.requireNonNull(row.intentId()), row.grossCents());
    }

    private long wantedMicros(Statements statements, PaymentRow row, String intent, long grossCents)
            throws SQLException {
        MoneyBack back = MoneyBack.of(statements, intent);
        for (PaymentNotice notice : counted) {
            if (intent.equals(notice.intentId()) && notice.objectId() != null) {
                back.add(notice.fact().code(), notice.objectId(), notice.cents());
            }
        }
        return back.micros(grossCents, row.stored().creditMicros());
    }

    // ---- what is written ----

    @Override
    public void write(Statements statements, List<PaymentChange> changes) throws SQLException {
        PaymentWriting writing = new PaymentWriting(statements);
        for (PaymentRow row : rows.values()) {
            if (row != null && row.isLost()) {
                writing.restore(row.stored());
            }
        }
        for (PaymentChange change : changes) {
            switch (change) {
                case PaymentWrite write -> write.to(writing);
                case LateReturn late -> {}
                case TakeNotice take -> writing.notice(take);
            }
        }
        for (PaymentRow row : rows.values()) {
            if (row != null && row.isChanged()) {
                writing.update(row);
            }
        }
    }

    @Override
    public void committed(List<PaymentChange> changes) {
        undone();
    }

    @Override
    public void undone() {
        rows.clear();
        seen.clear();
        counted.clear();
        isLocked = false;
    }

    /** A change of what the tables of payments hold. */
    sealed interface PaymentChange extends Change permits TakeNotice, LateReturn, PaymentWrite {}

    /** A change that only writes: whatever it finds, there is nothing to decide. */
    @FunctionalInterface
    non-sealed interface PaymentWrite extends PaymentChange {

        /** Runs on the writer's thread. */
        void to(PaymentWriting rows) throws SQLException;
    }
}
