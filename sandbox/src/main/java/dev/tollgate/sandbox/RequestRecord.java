package dev.tollgate.sandbox;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last requests, bounded by number and by the bytes of their bodies. Safe for any thread; the lock is held briefly. */
final class RequestRecord {

    private static final long BYTES_MAX = 64L << 20;

    private final int requestsMax;
    private final Deque<Recorded> recorded = new ArrayDeque<>();
    private long bytes;

    RequestRecord(int requestsMax) {
        this.requestsMax = requestsMax;
    }

    synchronized void add(SandboxRequest request, long bodyBytes) {
        recorded.addLast(new Recorded(request, bodyBytes));
        bytes += bodyBytes;
        while (recorded.size() > requestsMax || bytes > BYTES_MAX) {
            bytes -= recorded.removeFirst().bodyBytes();
        }
    }

    synchronized void clear() {
        recorded.clear();
        bytes = 0;
    }

    synchronized List<SandboxRequest> list() {
        return recorded.stream().map(Recorded::request).toList();
    }

    private record Recorded(SandboxRequest request, long bodyBytes) {}
}
