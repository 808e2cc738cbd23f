package dev.tollgate.calls.replay;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The latest pieces of a spool, unsealed, so that readers who keep up read no file. Guarded by the lock of its spool. */
final class RecentPieces {

    private final long bytesMax;
    private final Map<Long, Spool.Piece> pieces = new LinkedHashMap<>();
    private long bytes;

    RecentPieces(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Adds a piece. The oldest pieces make room for it. */
    void add(long place, Spool.Piece piece) {
        pieces.put(place, piece);
        bytes += piece.bytes().length;
        Iterator<Spool.Piece> oldest = pieces.values().iterator();
        while (bytes > bytesMax) {
            bytes -= oldest.next().bytes().length;
            oldest.remove();
        }
    }

    Spool.@Nullable Piece at(long place) {
        return pieces.get(place);
    }

    void forgetFrom(long place) {
        pieces.keySet().removeIf(at -> at >= place);
        bytes = pieces.values().stream().mapToLong(it -> it.bytes().length).sum();
    }
}
