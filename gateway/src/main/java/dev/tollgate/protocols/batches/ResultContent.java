package dev.tollgate.protocols.batches;

import dev.tollgate.calls.jobs.LineResult;
import dev.tollgate.jobs.Batch;
import dev.tollgate.jobs.Batches;
import dev.tollgate.storage.StoreException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The content of a result file, read a MiB of rows at a time, and unpacked line by line (J29). Fails if rows are gone: a file is never short. */
final class ResultContent implements ResultFiles.Content {

    private static final int PIECE_BYTES = 1 << 20;

    private final Batches batches;
    private final Batch batch;
    private final Supplier<Boolean> isThere;
    private final boolean areErrors;
    private final @Nullable Unended unended;
    private final Deque<Batches.Result> rows = new ArrayDeque<>();
    private long rowsLeft;
    private long linesLeft;
    private long lastRow;
    private int lastUnended;

    /**
     * @param isThere whether the results may still be read
     * @param areErrors whether it has the errors, or the answers
     * @param unended lines without a row; null if there are none
     */
    ResultContent(
            Batches batches, Batch batch, Supplier<Boolean> isThere, boolean areErrors, @Nullable Unended unended) {
        this.batches = batches;
        this.batch = batch;
        this.isThere = isThere;
        this.areErrors = areErrors;
        this.unended = unended;
        this.rowsLeft = areErrors ? batch.failed() : batch.completed();
        this.linesLeft = unended == null ? 0 : batch.lines() - batch.completed() - batch.failed();
        this.lastUnended = unended == null ? Integer.MAX_VALUE : unended.next(0);
    }

    static StoreException gone() {
        return new StoreException("the results of a batch are gone");
    }

    @Override
    public byte @Nullable [] next() {
        ByteArrayOutputStream piece = new ByteArrayOutputStream();
        while (piece.size() < PIECE_BYTES && rowsLeft + linesLeft > 0) {
            if (rows.isEmpty() && rowsLeft > 0) {
                if (piece.size() > 0) {
                    break; // what is there may leave first
                }
                fetch();
            }
            long row = rows.isEmpty() ? Long.MAX_VALUE : rows.getFirst().line();
            piece.writeBytes(linesLeft > 0 && lastUnended < row ? nextUnended() : nextRow());
        }
        return piece.size() == 0 ? null : piece.toByteArray();
    }

    private void fetch() {
        if (!isThere.get()) {
            throw gone();
        }
        rows.addAll(batches.results(batch, lastRow, areErrors, PIECE_BYTES));
        if (rows.isEmpty()) {
            throw gone();
        }
        lastRow = rows.getLast().line();
    }

    private byte[] nextRow() {
        byte[] packed = rows.removeFirst().packed();
        if (packed == null) {
            throw gone();
        }
        rowsLeft--;
        try {
            return LineResult.of(packed);
        } catch (IOException e) {
            throw new StoreException("a result of batch " + batch.id() + " cannot be unpacked", e);
        }
    }

    private byte[] nextUnended() {
        if (unended == null) {
            throw new IllegalStateException("no line without a row");
        }
        byte[] line = unended.result(lastUnended);
        lastUnended = unended.next(lastUnended);
        linesLeft--;
        return line;
    }
}
