package dev.tollgate.calls.metering;

/** What a line asks about others before it holds its most (J18). Called on any thread. */
public interface LineRoom {

    /** Returns whether another line of its account runs on this server: then as much as it holds has to stay free for other calls. */
    boolean hasOthers();

    /**
     * Returns whether the batch's charges, the holds of its other running lines and this one stay within its {@code max_credits}, and notes the hold if
     * so. Asked again if the amount changes.
     */
    boolean mayHold(long mostMicros);
}
