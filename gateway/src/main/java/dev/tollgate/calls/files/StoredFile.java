package dev.tollgate.calls.files;

/**
 * A file: what was announced when it began, and what of it has arrived.
 *
 * @param id 128 random bits in hex
 * @param originId the first id of the key that made it
 * @param createdAt in milliseconds since 1970
 */
public record StoredFile(
        String id,
        String accountId,
        String originId,
        FilePurpose purpose,
        Announced announced,
        long createdAt,
        Arrived arrived) {

    /**
     * The form of a file, of which no piece changes more than the length: the last one may end a file before it is as long as announced.
     *
     * @param about the words of its purpose: the name that its caller gave it, or empty
     * @param bytes its length, above 0
     */
    public record Announced(String about, String mimeType, long bytes) {}

    /**
     * The state of a file, which each piece changes.
     *
     * @param written how many of the announced bytes are there
     * @param sha256 in lower-case hex; empty as long as the file is not whole
     * @param expiresAt in milliseconds since 1970
     */
    public record Arrived(long written, String sha256, long expiresAt) {}

    /** Returns the length as announced. */
    public long bytes() {
        return announced.bytes();
    }

    /** Returns how many of the bytes are there. */
    public long written() {
        return arrived.written();
    }

    /** Returns whether all bytes have arrived. */
    public boolean isWhole() {
        return written() == bytes();
    }

    /** Returns the file with more of its bytes. @param bytes its length from now on */
    StoredFile with(Arrived more, long bytes) {
        Announced its = new Announced(announced.about(), announced.mimeType(), bytes);
        return new StoredFile(id, accountId, originId, purpose, its, createdAt, more);
    }
}
