package dev.tollgate.http.engine;

import org.jspecify.annotations.Nullable;

/** The resources that a connection uses, and the means to take them away. Confined to its event loop. */
final class Seat {

    private final String network;
    private final HeadMemory heads;
    private final Runnable cut;

    /** The neighbours in {@link Silent}, which alone sets them. */
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
