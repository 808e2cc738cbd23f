package dev.tollgate.stress;

import dev.tollgate.Main;
import java.io.IOException;

/** The program on a leash: it ends when whoever started it has ended, however that was. */
public final class Leashed {

    private Leashed() {}

    public static void main(String[] args) {
        Thread.ofPlatform().daemon().start(Leashed::awaitEndOfStarter);
        Main.main(args);
    }

    /** Its standard input is a pipe whose other end nobody else holds. */
    private static void awaitEndOfStarter() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is ever said.
            }
        } catch (IOException e) {
            // As good as the end.
        }
        Runtime.getRuntime().halt(1);
    }
}
