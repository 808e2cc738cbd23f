package dev.tollgate.base.host;

import java.util.concurrent.atomic.AtomicBoolean;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** The signals of the operator: Ctrl-C, {@code kill} and {@code kill -HUP}. Each handler runs on a thread of its own. */
public final class Signals {

    /** The part of the exit status that says that a signal ended the process. */
    private static final int ENDED_BY_SIGNAL = 128;

    private Signals() {}

    /**
     * Handles stop signals: the first ends the process in order. A signal that the process was started to ignore stays ignored.
     *
     * @param again runs at the second and each later signal, to end the process without waiting for running calls
     */
    public static void onStop(Runnable again) {
        AtomicBoolean heard = new AtomicBoolean();
        for (String name : new String[] {"TERM", "INT"}) {
            try {
                Signal.handle(new Signal(name), signal -> {
                    if (heard.getAndSet(true)) {
                        again.run();
                    } else {
                        System.exit(ENDED_BY_SIGNAL + signal.getNumber());
                    }
                });
            } catch (IllegalArgumentException e) {
                // The JVM was started with -Xrs: signals end it immediately.
            }
        }
    }

    /**
     * Handles {@code kill -HUP}, which otherwise ends the process.
     *
     * @return false if the process was started to ignore the signal, as {@code nohup} does: then the action never runs
     */
    public static boolean onHangUp(Runnable action) {
        return Signal.handle(new Signal("HUP"), _ -> action.run()) != SignalHandler.SIG_IGN;
    }
}
