package dev.tollgate.base.host;

/** Called by a long piece of work after each of its many steps, so that it can be slowed down or ended. */
@FunctionalInterface
public interface Pace {

    /** A pace that does nothing. */
    Pace NONE = () -> {};

    /** Waits for as long as the work has to rest. @throws RuntimeException to end the work */
    void step();
}
