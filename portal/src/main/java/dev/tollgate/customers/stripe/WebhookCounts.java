package dev.tollgate.customers.stripe;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts of webhook requests since the start of this node. Thread-safe. */
public final class WebhookCounts {

    /** The end of a webhook request. */
    public enum Kind {
        TAKEN,
        KEPT,
        REPLAYED,
        REFUSED,
        /** Signed, and of a kind that says nothing to us. */
        OF_NO_USE,
        NOT_SIGNED
    }

    private final Map<Kind, LongAdder> counts = new EnumMap<>(Kind.class);

    public WebhookCounts() {
        for (Kind kind : Kind.values()) {
            counts.put(kind, new LongAdder());
        }
    }

    void count(Kind kind) {
        LongAdder counter = counts.get(kind);
        if (counter != null) {
            counter.increment();
        }
    }

    public long of(Kind kind) {
        LongAdder counter = counts.get(kind);
        return counter == null ? 0 : counter.sum();
    }
}
