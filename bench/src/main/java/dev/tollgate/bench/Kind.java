package dev.tollgate.bench;

import java.util.Locale;

/** What one exchange looks like; the mock tells them apart by the upstream model in the path, so that it need not read the body. */
enum Kind {
    /** One answer of about 1 KB in one event, asked for without streaming. */
    CALL(1, 0),
    /** Fifty text events in one write. */
    BURST(50, 0),
    /** Fifty text events, each in a write of its own. */
    PACED(50, 10);

    private final int events;
    private final int gapMillis;

    Kind(int events, int gapMillis) {
        this.events = events;
        this.gapMillis = gapMillis;
    }

    /** The id both as the gateway sells it and as the upstream knows it. */
    String model() {
        return "bench-" + label();
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Upstream events in one answer. CPU per event is always counted over these, however many chunks they become. */
    int events() {
        return events;
    }

    int gapMillis() {
        return gapMillis;
    }

    boolean streaming() {
        return this != CALL;
    }

    static Kind of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
