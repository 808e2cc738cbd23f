package dev.tollgate.calls.jobs;

import dev.tollgate.keys.KeyCaller;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The door of a batch's lines (J26–J29). Its methods block. */
public interface LineDoor {

    /**
     * Checks all lines, each as its endpoint's door would, without look-ups and downloads.
     *
     * @param details of the batch, as they were accepted
     * @param input the file
     * @param stopped whether to give up; what is returned then is not used
     * @throws IOException as the file gives it
     */
    CheckedLines check(String endpoint, KeyCaller caller, byte[] details, InputStream input, BooleanSupplier stopped)
            throws IOException;

    /**
     * Prepares the call of a line.
     *
     * @param id of the batch, as in its job
     * @param details of the batch, since it was checked
     * @param line its number, from 1
     * @param bytes of the line, without its end
     * @param caller the key that pays, as it is now
     * @throws dev.tollgate.base.error.ApiException if it is refused before it has a call
     */
    Prepared prepare(
            String id, String endpoint, byte[] details, long line, byte[] bytes, KeyCaller caller, JobTrial trial);

    /** Returns the name of a line that is refused; null if it has none that can be read. */
    @Nullable
    String customId(byte[] line);

    /**
     * The lines of a file, once they are checked.
     *
     * @param lines all of them
     * @param minMicros what they cost at least, in micro-credits
     * @param maxMicros what they cost at most, in micro-credits
     * @param details of the batch from now on: its details before, and what was found
     * @param failed whether the batch fails, for reasons that the details name
     */
    record CheckedLines(long lines, long minMicros, long maxMicros, byte[] details, boolean failed) {}

    /** Returns the details of a batch with why it waits, or has failed as a whole. @param reason null if it goes on */
    byte[] detailsWith(byte[] details, @Nullable JobTrouble reason);

    /** The call of a line, which has not begun. */
    interface Prepared {

        /** Returns the line's name in its file. */
        String customId();

        /** Returns the id of its model. */
        String modelId();

        /** Returns what it costs at most, in micro-credits. */
        long mostMicros();

        /** Begins the call, with {@link JobTrial#begin}. */
        void start();
    }
}
