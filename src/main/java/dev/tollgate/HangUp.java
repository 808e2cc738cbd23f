package dev.tollgate;

import sun.misc.Signal;

/** What the operator's {@code kill -HUP} does. */
final class HangUp {

    private HangUp() {}

    /** Each signal runs it on a thread of its own; without this the signal ends the process. */
    static void runs(Runnable action) {
        Signal.handle(new Signal("HUP"), _ -> action.run());
    }
}
