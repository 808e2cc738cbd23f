package dev.tollgate.protocols.batches;

import dev.tollgate.base.ids.KeyOwner;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files with the results of batches that have ended: views of rows, which are never written (J29). Its methods block. Thread-safe. */
public interface ResultFiles {

    /**
     * A file with results.
     *
     * @param id behind {@code file-}: the 31 characters of its batch, then {@code o} for the output or {@code e} for the errors
     * @param name as OpenAI names such files
     * @param createdAt the end of its batch, in milliseconds since 1970
     * @param expiresAt in milliseconds since 1970
     */
    record ResultFile(String id, String name, long bytes, long createdAt, long expiresAt) {}

    /**
     * The place of a file in a list: by its creation, then by its id.
     *
     * @param createdAt in milliseconds since 1970
     * @param id behind {@code file-}
     */
    record Place(long createdAt, String id) {}

    /**
     * A part of a list.
     *
     * @param after the place that precedes it; null for the beginning
     * @param isAscending whether the oldest come first
     * @param most the most files
     */
    record Part(@Nullable Place after, boolean isAscending, int most) {}

    /** The content of a file, read from its beginning to its end. Used by one thread at a time. */
    interface Content {

        /** Returns the next bytes, at most about a MiB; null at the end. @throws dev.tollgate.storage.StoreException if what is left is gone */
        byte @Nullable [] next();
    }

    /** Returns the files that a key may read, in order of their places. @param reads the owner of the key */
    List<ResultFile> list(String accountId, KeyOwner reads, Part part);

    /** Returns a file; null if there is none that the key may read. @param id behind {@code file-}, perhaps of another kind of file */
    @Nullable
    ResultFile find(String accountId, KeyOwner reads, String id);

    /** Opens a file that was found. */
    Content open(String accountId, KeyOwner reads, ResultFile file);

    /**
     * Deletes the results of the batch of a file.
     *
     * @return whether the batch has had the file, and the key may read it: programs delete one file after the other
     */
    boolean delete(String accountId, KeyOwner reads, String id);
}
