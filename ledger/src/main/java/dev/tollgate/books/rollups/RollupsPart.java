package dev.tollgate.books.rollups;

import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.labels.LabelNumbers;
import dev.tollgate.books.ledger.Refund;
import dev.tollgate.books.ledger.ReleaseAbandoned;
import dev.tollgate.books.ledger.Resolution;
import dev.tollgate.books.rollups.Rollups.CountAbandoned;
import dev.tollgate.books.rollups.Rollups.CountCall;
import dev.tollgate.books.rollups.Rollups.CountRefund;
import dev.tollgate.books.rollups.Rollups.FoldUsage;
import dev.tollgate.books.rollups.Rollups.RollupChange;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The roll-ups' share of a batch. */
final class RollupsPart implements Part<RollupChange> {

    private static final String SELECT_CALL =
            "SELECT account_id, key_id, door, model_id, created_at, ending, labels, channel, upstream_model FROM call WHERE id = ?";

    private static final long UNKNOWN = -1;

    private final Supplier<String> nodeId;
    private final LabelNumbers labels;

    /** The end of the folded days as last seen: another node may have advanced it. */
    private long foldedUntil = UNKNOWN;

    /** The first day whose quarters all accounts still have; read if usage is counted late. */
    private long keptFrom = UNKNOWN;

    /** The usage that the batch adds. */
    private Tallies counted = new Tallies();

    /** The first quarter counted into since this node had the fold's row. */
    private long countedFrom = Long.MAX_VALUE;

    RollupsPart(Supplier<String> nodeId, LabelNumbers labels) {
        this.labels = labels;
        this.nodeId = nodeId;
    }

    @Override
    public Class<RollupChange> type() {
        return RollupChange.class;
    }

    @Override
    public void write(Statements statements, List<RollupChange> changes) throws SQLException {
        Tallies tallies = new Tallies();
        for (RollupChange change : changes) {
            switch (change) {
                case CountCall call -> count(call, statements, tallies);
                case CountAbandoned abandoned -> count(abandoned, statements, tallies);
                case CountRefund refund -> count(refund, statements, tallies);
                case FoldUsage _, CorrectUsage _ -> {} // last
            }
        }
        tallies.write(statements, nodeId(statements));
        counted = tallies;
    }

    /** The owner of the operator's rows. */
    private String nodeId(Statements statements) {
        return statements.dialect() == Dialect.SQLITE ? "" : nodeId.get();
    }

    private void count(CountCall call, Statements statements, Tallies tallies) throws SQLException {
        Resolution resolution = call.resolution();
        if (resolution.outcome() instanceof Resolution.Resolved resolved) {
            long at = resolution.at().toEpochMilli();
            OpenHold hold = resolution.ended();
            List<Long> numbers = labels.of(statements, hold, at);
            tallies.call(hold, numbers, at, resolved.chargedMicros(), resolution.details());
        }
    }

    private void count(CountAbandoned abandoned, Statements statements, Tallies tallies) throws SQLException {
        for (ReleaseAbandoned.Ended ended : abandoned.expired().ended()) {
            long at = ended.at().toEpochMilli();
            List<Long> numbers = labels.of(statements, ended.hold(), at);
            tallies.call(ended.hold(), numbers, at, 0, CallDetails.ABANDONED);
        }
    }

    private static void count(CountRefund refund, Statements statements, Tallies tallies) throws SQLException {
        Refund given = refund.refund();
        if (given.moved() == null) {
            return;
        }
        PreparedStatement select = statements.of(SELECT_CALL);
        select.setString(1, given.taskId());
        try (ResultSet row = select.executeQuery()) {
            if (!row.next()) {
                throw new IllegalStateException("no call " + given.taskId());
            }
            OpenHold call = new OpenHold(
                    given.taskId(),
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    row.getString(4),
                    Instant.ofEpochMilli(row.getLong(5)));
            String numbers = row.getString(7);
            List<Long> ofCall = numbers == null
                    ? List.of()
                    : Stream.of(numbers.split(" ")).map(Long::valueOf).toList();
            long at = given.at().toEpochMilli();
            LabelNumbers.used(statements, call.accountId(), ofCall, at);
            tallies.refund(
                    call, ofCall, at, given.micros(), text(row, 8), text(row, 9), CallEnd.parse(row.getString(6)));
        }
    }

    private static String text(ResultSet row, int column) throws SQLException {
        String text = row.getString(column);
        return text == null ? "" : text;
    }

    /** Writes the fold's row last: earlier writes of this node do not wait for another node that folds. */
    @Override
    public void writeLast(Statements statements, List<RollupChange> changes) throws SQLException {
        Fold fold = new Fold(statements);
        if (foldedUntil == UNKNOWN) {
            foldedUntil = fold.bound();
        }
        if (counted.earliest() < foldedUntil) {
            keptFrom = keptFrom == UNKNOWN ? fold.keptFrom() : keptFrom;
            fold.follow(counted.daysBefore(foldedUntil), keptFrom);
            foldedUntil = fold.bound();
        } else {
            countedFrom = Math.min(countedFrom, counted.earliest());
        }
        counted = new Tallies();
        for (RollupChange change : changes) {
            if (change instanceof CorrectUsage correction && fold.admits(correction)) {
                Tallies.correct(statements, nodeId(statements), correction.rows());
                correction.done();
                foldedUntil = fold.bound();
            }
            if (change instanceof FoldUsage folding && fold.lock(folding.now(), countedFrom)) {
                countedFrom = Long.MAX_VALUE;
                keptFrom = UNKNOWN;
                folding.left(fold.step(folding.now()));
                foldedUntil = fold.bound();
            }
        }
    }

    @Override
    public void undone() {
        foldedUntil = UNKNOWN;
        keptFrom = UNKNOWN;
        counted = new Tallies();
    }
}
