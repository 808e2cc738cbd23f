package dev.tollgate.http.engine;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.memory.Lease;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one connection's request heads, charged to its address before it is taken. On the connection's event loop.
 *
 * <p>The figures are upper bounds for a 64-bit JVM with compressed references: a header is an entry of Netty's table, a name and a value, each
 * with an array of its own; the first line is kept whole, as a path, and as a query.
 */
final class HeadMemory {

    private static final int HEADER_BYTES = 144;
    private static final int LINE_COPIES = 3;
    private static final int REQUEST_BYTES = 1024;

    private static final int LARGE_BYTES_MIN = 8 * 1024;

    /** The bytes of the buffer into which Netty's parser copies each line, as long as the connection lasts. */
    private static final int SCRATCH_BYTES = 128;

    private final BooleanSupplier makeRoom;
    private Lease lease = Lease.FREE;
    private @Nullable Lease ofCaller;
    private int waitingBytes;
    private int builtBytes;
    private int scratchBytes = SCRATCH_BYTES;
    private long charged;

    /** @param makeRoom ends half heads of others who have more; false if there are none */
    HeadMemory(BooleanSupplier makeRoom) {
        this.makeRoom = makeRoom;
    }

    /** @param lease released by {@link #close} */
    void open(Lease lease) {
        this.lease = lease;
    }

    /**
     * A head has begun, and its end has not come.
     *
     * @param bytes of the buffer in which it waits
     * @throws ApiException 503 if there is no room
     */
    void waits(int bytes, HeadGrammar seen) {
        waitingBytes = bytes;
        needs(seen);
    }

    /**
     * A whole head is about to become a request.
     *
     * @throws ApiException 503 if there is no room
     */
    void builds(HeadGrammar seen) {
        waitingBytes = 0;
        needs(seen);
    }

    private void needs(HeadGrammar seen) {
        builtBytes =
                REQUEST_BYTES + LINE_COPIES * seen.lineBytes() + HEADER_BYTES * seen.headers() + seen.headerBytes();
        if (seen.longestBytes() > scratchBytes) {
            scratchBytes = Integer.highestOneBit(seen.longestBytes() - 1) << 1;
        }
        charge();
    }

    private void charge() {
        long more = (long) waitingBytes + builtBytes + scratchBytes - SCRATCH_BYTES - charged;
        if (more > 0) {
            take(more);
        } else if (more < 0) {
            lease.give(-more);
        }
        charged += more;
    }

    private void take(long bytes) {
        try {
            lease.take(bytes);
        } catch (ApiException full) {
            if (!makeRoom.getAsBoolean()) {
                throw full;
            }
            lease.take(bytes);
        }
    }

    /** Returns whether a head has begun whose end has not come. */
    boolean isWaiting() {
        return waitingBytes > 0;
    }

    /** Returns whether the request that is here takes more than nearly all do. */
    boolean isLarge() {
        return builtBytes > LARGE_BYTES_MIN;
    }

    /**
     * Charges the request that is here to its caller, who is not the connection's other end.
     *
     * @param lease released with the request
     * @throws ApiException 503 if there is no room
     */
    void moveTo(Lease lease) {
        int bytes = builtBytes;
        forgets();
        ofCaller = lease;
        lease.take(bytes);
    }

    /** The request, or its headers, are no longer kept. */
    void forgets() {
        waitingBytes = 0;
        builtBytes = 0;
        charge();
        if (ofCaller != null) {
            ofCaller.release();
            ofCaller = null;
        }
    }

    void close() {
        forgets();
        lease.release();
    }
}
