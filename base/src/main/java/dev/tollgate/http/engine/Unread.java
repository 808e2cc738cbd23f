package dev.tollgate.http.engine;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Memory of answers that their callers have not read yet, for all connections together: at most a quarter of the direct memory limit.
 *
 * <p>Three quarters of it are reserved for billed answers. Each has room for one piece before its call begins, and an account may reserve as
 * much as is left for the others. The rest is for everything else that waits: pages, lists and files, and what of a billed answer is larger
 * than its reserved piece. If it is used up, connections are closed: unbilled responses before billed ones, then connections of the address or account
 * with the most unread bytes, the largest first. So a billed answer is closed only when no unbilled one waits, and the last one never.
 *
 * <p>Connections without unread bytes are not known here, so an answer that is read as it is written costs nothing. Thread-safe.
 */
public final class Unread {

    static final int PIECE_BYTES_MAX = 64 * 1024;
    static final int PIECE_BYTES_MIN = 8 * 1024;

    private static final int PART_OF_DIRECT_MEMORY = 4;
    private static final Duration SOON = Duration.ofSeconds(1);

    private final int pieceBytes;
    private final long reservedPiecesMax;
    private final long bytesMax;
    private final Map<String, Long> reserved = new HashMap<>();
    private long reservedPieces;
    private final Set<Reader> readers = new HashSet<>();
    private long bytes;
    private long closed;

    /** A connection whose answer is unread. The fields belong to {@link Unread}. */
    abstract static class Reader {

        private String account = "";
        private String address = "";
        private boolean isBilled;
        private boolean isClosed;
        private long bytes;

        /** Closes the connection. From any thread, once, and without waiting. */
        abstract void close();
    }

    /**
     * @param bytesMax of all unread answers together
     * @param connectionsMax determines the size of a piece: as many as fit, within limits
     */
    Unread(long bytesMax, int connectionsMax) {
        long reservable = bytesMax - bytesMax / 4;
        this.bytesMax = bytesMax / 4;
        this.pieceBytes = Math.clamp(reservable / connectionsMax, PIECE_BYTES_MIN, PIECE_BYTES_MAX);
        this.reservedPiecesMax = reservable / pieceBytes;
    }

    /** Makes a limit of a quarter of the direct memory that this process may have. */
    public static Unread ofDirectMemory(int connectionsMax) {
        return new Unread(PlatformDependent.maxDirectMemory() / PART_OF_DIRECT_MEMORY, connectionsMax);
    }

    /** The most that is given to a socket at a time, and that a stream keeps for its reader before it counts as full. */
    int pieceBytes() {
        return pieceBytes;
    }

    /** Unread bytes beyond the reserved pieces. */
    public synchronized long bytes() {
        return bytes;
    }

    /** Connections that were closed for the others' sake. */
    public synchronized long closed() {
        return closed;
    }

    // ---- room for billed answers ----

    /**
     * Reserves a piece, which has to be {@link #release released}.
     *
     * @throws dev.tollgate.base.error.ApiException 429 if the account has as many as are left for the others
     */
    synchronized void reserve(String account) {
        long its = reserved.getOrDefault(account, 0L) + 1;
        if (its > reservedPiecesMax - reservedPieces - 1) {
            throw ApiError.of(
                            ErrorCode.RATE_LIMIT_EXCEEDED,
                            "Too many answers are under way: the server has room for " + (its - 1)
                                    + " of this account at the same time. Retry when one of them has ended.")
                    .retryAfter(SOON)
                    .asException();
        }
        reserved.put(account, its);
        reservedPieces++;
    }

    synchronized void release(String account) {
        reserved.computeIfPresent(account, (same, count) -> count == 1 ? null : count - 1);
        reservedPieces--;
    }

    // ---- unread answers ----

    /** Reports how many bytes a connection keeps for its reader now, beyond the reserved piece; closes connections if that is too much. */
    synchronized void holds(Reader reader, String account, String address, boolean isBilled, long now) {
        if (reader.isClosed) {
            return;
        }
        bytes += now - reader.bytes;
        reader.bytes = now;
        reader.account = account;
        reader.address = address;
        reader.isBilled = isBilled;
        if (now == 0) {
            readers.remove(reader);
        } else {
            readers.add(reader);
        }
        if (bytes > bytesMax) {
            closeSome();
        }
    }

    /** A few more than necessary, so that the next bytes do not cause another round. */
    private void closeSome() {
        Map<String, Long> byAccount = new HashMap<>();
        Map<String, Long> byAddress = new HashMap<>();
        for (Reader reader : readers) {
            byAddress.merge(reader.address, reader.bytes, Long::sum);
            byAccount.merge(reader.account, reader.bytes, Long::sum);
        }
        byAccount.remove("");
        List<Reader> worst = new ArrayList<>(readers);
        worst.sort(Comparator.comparing((Reader reader) -> reader.isBilled)
                .thenComparing(
                        reader -> Math.max(
                                byAccount.getOrDefault(reader.account, 0L),
                                reader.isBilled ? 0L : byAddress.getOrDefault(reader.address, 0L)),
                        Comparator.reverseOrder())
                .thenComparing(reader -> reader.bytes, Comparator.reverseOrder()));
        for (Reader reader : worst) {
            if (bytes <= bytesMax - bytesMax / 8 || reader.isBilled && readers.size() == 1) {
                return;
            }
            reader.isClosed = true;
            readers.remove(reader);
            bytes -= reader.bytes;
            closed++;
            reader.close();
        }
    }
}
