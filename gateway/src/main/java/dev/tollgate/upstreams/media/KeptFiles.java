package dev.tollgate.upstreams.media;

import dev.tollgate.base.ids.KeyOwner;
import org.jspecify.annotations.Nullable;

/** The files that this installation keeps, as URLs name them. Thread-safe; blocks. */
@FunctionalInterface
public interface KeptFiles {

    KeptFiles NONE = (_, _) -> null;

    /**
     * Returns the file of a URL that anyone who has it may read; null if the URL is none of these, or its file is gone.
     *
     * @param accountId the reader, for fair turns
     * @throws dev.tollgate.base.error.ApiException 503 if the store cannot be read
     */
    @Nullable
    Kept find(String accountId, String url);

    /**
     * Returns the file that a URL names for a key.
     *
     * @param owner of the key: not all files of an account are every key's
     * @throws dev.tollgate.base.error.ApiException 403 for a file that is not there, or not the key's to read
     */
    default @Nullable Kept find(String accountId, KeyOwner owner, String url) {
        return find(accountId, url);
    }

    /** A kept file. */
    interface Kept {

        String mimeType();

        /** Returns the length in bytes, at least 1. */
        long length();

        /** Returns the hash in lower-case hex. */
        String sha256();

        /**
         * Reads some of it, when it is the turn of the account that looked for it. Blocks.
         *
         * @param from 0, or the end of what was read before
         * @throws dev.tollgate.base.error.ApiException 503 if it is gone, or cannot be read
         */
        byte[] read(long from) throws InterruptedException;
    }
}
