package dev.tollgate.calls.metering;

/** A call under way, for the door that started it. Used on the exchange's event loop. */
public interface Running {

    /** The caller has left before the answer ended (D19, D35). Does nothing when the call is over. */
    void gone();
}
