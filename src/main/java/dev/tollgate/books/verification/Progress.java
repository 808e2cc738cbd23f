package dev.tollgate.books.verification;

/** Told now and then how far a run has come, on its thread. */
@FunctionalInterface
public interface Progress {

    /**
     * @param subject what is being read, e.g. {@code accounts}
     * @param rows read of it so far
     */
    void at(String subject, long rows);
}
