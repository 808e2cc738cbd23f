package dev.tollgate.calls.jobs;

import dev.tollgate.jobs.Job;
import org.jspecify.annotations.Nullable;

/** A try of a line. Confined to its batch's thread, except what its answer asks and says. */
final class LineTry implements LineAnswer.Of {

    private LineQueue.Next next;
    private final JobTrial trial;
    private volatile String customId = "";
    private volatile long chargedMicros;
    private long mostMicros;
    private boolean hasOthers;
    private byte @Nullable [] bytes;

    /** @param runner the name under which this server has taken the batch */
    LineTry(Job job, String runner, LineQueue.Next next, BatchBooks.Ground ground) {
        this.next = next;
        LineAnswer.Keeping keeping = new LineAnswer.Keeping(ground.jobs(), ground.workers(), ground.room());
        this.trial = new JobTrial(
                job.id() + "/" + next.line(), LineAnswer.form(job, runner, next.line(), next.place(), this, keeping));
    }

    LineQueue.Next next() {
        return next;
    }

    JobTrial trial() {
        return trial;
    }

    /** Takes the line as it was read. */
    void is(byte[] read) {
        bytes = read;
    }

    /** Takes the line as it was prepared, and forgets how it was read. */
    void is(LineDoor.Prepared prepared) {
        bytes = null;
        next = next.later(next.hasRow(), 0, 0, next.dueAt()); // it is read again for a further try
        customId = prepared.customId();
        mostMicros = prepared.mostMicros();
    }

    /** The call begins. @param besideOthers whether further lines of its batch run */
    void begins(boolean besideOthers) {
        hasOthers = besideOthers;
    }

    /** Returns whether further lines of its batch ran when it began. */
    boolean hasOthers() {
        return hasOthers;
    }

    long mostMicros() {
        return mostMicros;
    }

    long chargedMicros() {
        return chargedMicros;
    }

    /** Returns the line's name; null if it has none that can be read. */
    @Nullable
    String name(LineDoor door) {
        byte[] read = bytes;
        return read == null ? customId : door.customId(read);
    }

    @Override
    public String customId() {
        return customId;
    }

    @Override
    public void charged(long micros) {
        chargedMicros = micros;
    }
}
