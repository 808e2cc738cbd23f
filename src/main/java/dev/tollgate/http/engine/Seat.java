package dev.tollgate.http.engine;

import org.jspecify.annotations.Nullable;

/** What one connection takes of its server, and how it can be made to give that up. Confined to its event loop. */
final class Seat {

    private final String network;
    private final HeadMemory heads;
    private final Runnable cut;

    /** Its neighbours in {@link Silent}, which alone sets them. */
    @Nullable
    Seat before;

    @Nullable
    Seat after;

    /** @param cut closes the connection immediately */
    Seat(String network, HeadMemory heads, Runnable cut) {
        this.network = network;
        this.heads = heads;
        this.cut = cut;
    }

    String network() {
        return network;
    }

    HeadMemory heads() {
        return heads;
    }

    /** Gives the place and its memory to another connection, immediately. */
    void give() {
        heads.forgets();
        cut.run();
    }
}
