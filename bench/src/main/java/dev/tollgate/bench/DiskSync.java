package dev.tollgate.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * How long the disk alone takes to make sure of what a single call writes: no charge is durable sooner, whatever the program does. Pages are written over
 * in a file that has its length, as in the database's log, and the pauses between are such a call's. Blocks; not thread-safe.
 */
final class DiskSync {
    /** In {@code measurements.csv}; its calls are syncs. */
    static final String DISK = "disk";

    private static final int TIMES = 500;
    private static final int COMMIT_BYTES = 15 * 4_096;
    private static final int COMMITS_IN_FILE = 250;
    private static final long PAUSE_NANOS = 400_000;
    private static final long NANOS_MAX = 60_000_000_000L;

    private final Path file;

    /** @param folder on the disk of the gateway's database */
    DiskSync(Path folder) {
        this.file = folder.resolve("sync.probe");
    }

    /** Takes half a second on a disk that does it in half a millisecond. */
    Measurement measure(int round) throws IOException {
        Histogram nanos = new Histogram(NANOS_MAX, 3);
        ByteBuffer commit = ByteBuffer.allocateDirect(COMMIT_BYTES);
        long begin;
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
            for (int i = 0; i < COMMITS_IN_FILE; i++) {
                channel.write(commit.clear());
            }
            channel.force(true);
            begin = System.nanoTime();
            for (int i = 0; i < TIMES; i++) {
                LockSupport.parkNanos(PAUSE_NANOS);
                channel.write(commit.clear(), (long) i % COMMITS_IN_FILE * COMMIT_BYTES);
                long written = System.nanoTime();
                channel.force(true);
                nanos.recordValue(Math.min(System.nanoTime() - written, NANOS_MAX));
            }
        }
        return new Measurement(round, DISK, Kind.CALL, 1, result(nanos, System.nanoTime() - begin), -1, -1, -1);
    }

    private static LoadResult result(Histogram nanos, long allNanos) {
        long median = nanos.getValueAtPercentile(50);
        long p99 = nanos.getValueAtPercentile(99);
        return new LoadResult(TIMES, 0, 0, allNanos / 1_000, median, p99, median, p99, nanos.getMaxValue());
    }
}
