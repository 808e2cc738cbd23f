package dev.tollgate.calls.files;

import dev.tollgate.storage.Database;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The bytes of all files that have arrived: those at the last sweep, and what this server has written and deleted since; and those that the requests and
 * results of jobs took at the last sweep. Thread-safe; nothing blocks except {@link #count}.
 */
public final class FileRoom {

    private static final String TOTAL = "SELECT purpose, SUM(written) FROM stored_file GROUP BY purpose";

    private static final String JOBS = "SELECT COALESCE(SUM(sealed_bytes), 0) FROM job WHERE sealed_bytes > 0";

    private final long bytesMax;
    private final AtomicLongArray arrived = new AtomicLongArray(FilePurpose.values().length);
    private volatile long ofJobs;

    FileRoom(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Returns what all files together may take. */
    public long bytesMax() {
        return bytesMax;
    }

    /** Returns the bytes that have arrived for a purpose, as this server knows them. */
    public long bytes(FilePurpose purpose) {
        return arrived.get(purpose.ordinal());
    }

    void add(FilePurpose purpose, long bytes) {
        arrived.addAndGet(purpose.ordinal(), bytes);
    }

    /**
     * Returns what more a purpose may take. A quarter is for images by address alone: their calls are paid for. The inputs and results of jobs take half
     * of all at most.
     */
    long left(FilePurpose purpose) {
        long all = ofJobs
                + Arrays.stream(FilePurpose.values()).mapToLong(this::bytes).sum();
        long left = purpose == FilePurpose.MADE
                ? bytesMax - all
                : Math.min(bytesMax - all, bytesMax / 4 * 3 - (all - bytes(FilePurpose.MADE)));
        return purpose == FilePurpose.BATCH ? Math.min(left, bytesMax / 2 - ofJobs - bytes(FilePurpose.BATCH)) : left;
    }

    /** Counts the bytes of all servers' files again. */
    void count(Database database) {
        long[] counted = database.read(sql -> {
            long[] bytes = new long[arrived.length()];
            ofJobs = Objects.requireNonNull(sql.one(JOBS, row -> row.getLong(1)));
            sql.each(TOTAL, row -> bytes[FilePurpose.of(row.getString(1)).ordinal()] = row.getLong(2));
            return bytes;
        });
        for (int i = 0; i < counted.length; i++) {
            arrived.set(i, counted[i]);
        }
    }
}
