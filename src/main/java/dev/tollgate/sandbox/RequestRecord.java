package dev.tollgate.sandbox;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last requests, bounded by number and by the bytes of their bodies. Safe for any thread; the lock is held briefly. */
final class RequestRecord {

    private static final long BYTES_MAX = 64L << 20;

    private final int requestsMax;
    private final Deque<Kept> kept = new ArrayDeque<>();
    private long bytes;

    RequestRecord(int requestsMax) {
        this.requestsMax = requestsMax;
    }

    synchronized void add(SandboxRequest request, long bodyBytes) {
        kept.addLast(new Kept(request, bodyBytes));
        bytes += bodyBytes;
        while (kept.size() > requestsMax || bytes > BYTES_MAX) {
            bytes -= kept.removeFirst().bodyBytes();
        }
    }

    synchronized void clear() {
        kept.clear();
        bytes = 0;
    }

    synchronized List<SandboxRequest> list() {
        return kept.stream().map(Kept::request).toList();
    }

    private record Kept(SandboxRequest request, long bodyBytes) {}
}
