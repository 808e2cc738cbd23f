package dev.tollgate.storage;

import org.jspecify.annotations.Nullable;

/** Asks the database whether it answers and commits, while there is nothing to write. In the writer's turn. */
final class Probe {

    private final Commits commits;
    private final WriterConnection connection;
    private final Pulse pulse;
    private long askedNanos = System.nanoTime();
    private long idleAskedNanos = System.nanoTime();

    Probe(Commits commits, WriterConnection connection, Pulse pulse) {
        this.commits = commits;
        this.connection = connection;
        this.pulse = pulse;
    }

    /** Asks a database in trouble. A batch can be committed without changing a row: only a certain write shows that the database accepts writes again. */
    void askInTrouble() {
        long now = System.nanoTime();
        if (pulse.isInTrouble() && now - askedNanos > Pulse.ASK_EVERY.toNanos()) {
            askedNanos = now;
            ask();
        }
    }

    /** Asks if it is time to, no more often while the writer looks for riders. */
    void askIfDue() {
        long now = System.nanoTime();
        if (now - idleAskedNanos >= Pulse.ASK_EVERY.toNanos()) {
            idleAskedNanos = now;
            ask();
        }
    }

    private void ask() {
        boolean inTrouble = pulse.isInTrouble();
        if (!inTrouble && !pulse.mayCommit()) {
            commits.attempt(Pulse.Work.CHECK, 0, connection::ask);
        } else if (probe(inTrouble) == null) {
            pulse.committed();
            if (inTrouble) {
                pulse.wrote();
            }
        }
    }

    /** While a disk is full there are no calls, so room has to be made here, too. */
    private @Nullable Throwable probe(boolean inTrouble) {
        Throwable failure = attempt(inTrouble);
        return failure != null && connection.makeRoom(failure) ? attempt(inTrouble) : failure;
    }

    private @Nullable Throwable attempt(boolean inTrouble) {
        return commits.attempt(Pulse.Work.CHECK, 0, () -> connection.probe(inTrouble));
    }
}
