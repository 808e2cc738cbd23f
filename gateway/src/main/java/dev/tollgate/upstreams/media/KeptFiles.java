package dev.tollgate.upstreams.media;

import org.jspecify.annotations.Nullable;

/** The files that this installation keeps, as URLs name them. Thread-safe; blocks. */
@FunctionalInterface
public interface KeptFiles {

    KeptFiles NONE = (_, _) -> null;

    /** Returns the file that a URL names; null if the URL is none of these, or its file is gone. @param accountId who reads @throws dev.tollgate.base.error.ApiException 503 if that cannot be read */
    @Nullable
    Kept find(String accountId, String url);

    /** A kept file. */
    interface Kept {

        String mimeType();

        /** Returns the length in bytes, at least 1. */
        long length();

        /**
         * Reads some of it.
         *
         * @param from 0, or the end of what was read before
         * @throws dev.tollgate.base.error.ApiException 503 if it is gone, or cannot be read
         */
        byte[] read(long from);
    }
}
