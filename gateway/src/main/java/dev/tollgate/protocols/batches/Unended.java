package dev.tollgate.protocols.batches;

import dev.tollgate.base.json.LookAhead;
import dev.tollgate.calls.jobs.Line;
import dev.tollgate.calls.jobs.LineReader;
import dev.tollgate.calls.jobs.LineResult;
import dev.tollgate.jobs.Batch;
import dev.tollgate.storage.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** The lines of an ended batch that never ended, in their order: their names are read from the input, as long as it is there. For one thread. */
final class Unended {

    private static final int NULL_BYTES = 4;

    private final Batch batch;
    private final BitSet ended;
    private final @Nullable LineReader input;
    private final int bytes;

    /**
     * @param ended the numbers of the lines that have ended
     * @param input null if it is gone
     * @param bytes of each
     */
    Unended(Batch batch, BitSet ended, @Nullable InputStream input, long bytes) {
        this.batch = batch;
        this.ended = ended;
        this.input = input == null ? null : new LineReader(input);
        this.bytes = Math.toIntExact(bytes);
    }

    /** Returns the length of each such line. @param idBytes the most that a line's {@code custom_id} takes as JSON */
    static long bytes(Batch batch, int idBytes) {
        return Math.max(NULL_BYTES, idBytes) - NULL_BYTES + (long) line(batch, batch.lines(), null).length;
    }

    private static byte[] line(Batch batch, long number, @Nullable String customId) {
        return switch (batch.job().state()) {
            case EXPIRED ->
                LineResult.neverEnded(
                        batch.id(),
                        number,
                        customId,
                        "batch_expired",
                        "The request was not answered within 24 hours of the batch's creation. Nothing was charged for it.");
            case CANCELLED ->
                LineResult.neverEnded(
                        batch.id(),
                        number,
                        customId,
                        "batch_cancelled",
                        "The batch was cancelled before the request was answered. Nothing was charged for it.");
            case OPEN, COMPLETED, INCOMPLETE, REQUIRES_ACTION, FAILED ->
                LineResult.neverEnded(
                        batch.id(),
                        number,
                        customId,
                        "batch_failed",
                        "The batch failed before the request was answered; its errors say why. Nothing was charged for it.");
        };
    }

    /** Returns the first line behind another that never ended; more than there are if all later ones have ended. */
    int next(int after) {
        return ended.nextClearBit(after + 1);
    }

    /** Returns the result of a line, with spaces before its end. Lines are asked for in their order. */
    byte[] result(int number) {
        byte[] line = line(batch, number, customId(number));
        if (line.length > bytes) {
            throw new StoreException("line " + number + " of batch " + batch.id() + " is longer than announced");
        }
        byte[] result = Arrays.copyOf(line, bytes);
        Arrays.fill(result, line.length - 1, bytes, (byte) ' ');
        result[bytes - 1] = '\n';
        return result;
    }

    private @Nullable String customId(int number) {
        if (input == null) {
            return null;
        }
        try {
            Line line;
            do {
                line = input.next();
            } while (line != null && line.number() < number);
            return line == null ? null : LookAhead.string(line.bytes(), "custom_id");
        } catch (IOException e) {
            throw new StoreException("the input of batch " + batch.id() + " cannot be read", e);
        }
    }
}
