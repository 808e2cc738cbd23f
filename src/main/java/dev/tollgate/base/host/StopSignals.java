package dev.tollgate.base.host;

import java.util.concurrent.atomic.AtomicBoolean;
import sun.misc.Signal;

/** What the operator's Ctrl-C and {@code kill} do: the first ends the process in order, a second one does not wait for what still runs. */
public final class StopSignals {

    /** What a shell says of a process that a signal has ended. */
    private static final int ENDED_BY_SIGNAL = 128;

    private StopSignals() {}

    /**
     * Where the process was started to ignore a signal it stays ignored. Each runs on a thread of its own.
     *
     * @param again run at a second signal, and at any later one
     */
    public static void hear(Runnable again) {
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
}
