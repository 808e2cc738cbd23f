package dev.tollgate.operator.inspection;

import dev.tollgate.base.error.ApiException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads an installation, also while a server runs: a snapshot that the command takes itself. Methods block for a time that grows with the books.
 * Used by one thread at a time.
 */
public interface Inspection extends AutoCloseable {

    /** Told now and then which rows are being read, and how many of them were. */
    @FunctionalInterface
    interface Progress {
        void at(String subject, long rows);
    }

    /**
     * A row of the usage tables that is not the sum of its calls.
     *
     * @param of {@code quarter}, {@code day}, {@code hour} or {@code label}
     * @param startsAt milliseconds
     * @param names for a quarter or a day: account, key and model; for an hour: channel, model, the upstream's name of it, and how calls ended; for a
     *     label's day: account, number and model
     * @param missing the amount that each sum lacks
     */
    record Row(String of, long startsAt, List<String> names, List<Long> missing) {

        public Row {
            names = List.copyOf(names);
            missing = List.copyOf(missing);
        }
    }

    /**
     * Rows of usage that are to be mended.
     *
     * @param foldedUntil up to where days were folded when they were found, milliseconds
     */
    record Usage(long foldedUntil, List<Row> rows) {

        public Usage {
            rows = List.copyOf(rows);
        }
    }

    /**
     * Recomputes everything (decision D44).
     *
     * @param differences receives each difference as a sentence
     * @param notes receives what could not be checked
     * @return whether there is no difference
     * @throws ApiException if the books cannot be read
     */
    boolean verify(Consumer<String> differences, Consumer<String> notes, Progress progress);

    /**
     * Finds rows of usage that are not the sum of their calls.
     *
     * @param rowsMax maximum number of rows returned
     * @throws ApiException if the books cannot be read
     */
    Usage usage(int rowsMax, Progress progress);

    /**
     * An account's movements as lines of CSV.
     *
     * @param from null: from the beginning
     * @param to exclusive; null: to the end
     * @throws ApiException if there is no such account, or the books cannot be read
     */
    void statement(String accountId, @Nullable Instant from, @Nullable Instant to, Consumer<String> lines);

    /**
     * Copies everything but the secret key into a new file.
     *
     * @throws ApiException if there is such a file, or it cannot be written
     */
    void backup(Path file);

    /**
     * Returns why a start would not open what is sealed in these books, or null if it would. The key is looked for where a start looks for it,
     * not in a running server.
     *
     * @throws ApiException if the books cannot be read
     */
    @Nullable
    String keyTrouble();

    @Override
    void close();
}
