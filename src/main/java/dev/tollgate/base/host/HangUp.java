package dev.tollgate.base.host;

import sun.misc.Signal;
import sun.misc.SignalHandler;

/** What the operator's {@code kill -HUP} does. */
public final class HangUp {

    private HangUp() {}

    /**
     * Each signal runs it on a thread of its own; without this the signal ends the process.
     *
     * @return false where the process was started to ignore the signal, as {@code nohup} does: then it never runs
     */
    public static boolean runs(Runnable action) {
        return Signal.handle(new Signal("HUP"), _ -> action.run()) != SignalHandler.SIG_IGN;
    }
}
