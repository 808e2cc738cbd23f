package dev.tollgate.sandbox.files;

import dev.tollgate.sandbox.scripting.Knob;
import dev.tollgate.sandbox.scripting.KnobSettings;
import dev.tollgate.sandbox.wire.MediaFacts;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A resumable upload that is under way. Who has taken it ({@link #take}) may write; its pieces come over several connections, one
 * after the other.
 */
final class Upload {

    /** The description of an upload at its start. */
    record Plan(
            String id,
            String name,
            String project,
            String displayName,
            String mimeType,
            long declaredBytes,
            KnobSettings knobs,
            Instant startedAt,
            Path content) {}

    private final Plan plan;
    private final MessageDigest digest = sha256();
    private final MediaFacts facts = new MediaFacts();
    private final AtomicBoolean taken = new AtomicBoolean();
    private volatile long bytes;

    Upload(Plan plan) {
        this.plan = plan;
    }

    Plan plan() {
        return plan;
    }

    /** Returns the received bytes. */
    long bytes() {
        return bytes;
    }

    /** False where another connection is writing. */
    boolean take() {
        return taken.compareAndSet(false, true);
    }

    void giveBack() {
        taken.set(false);
    }

    /** Counts a piece that is about to be written. */
    void accept(byte[] piece) {
        digest.update(piece);
        facts.accept(piece, 0, piece.length);
        bytes = facts.bytes();
    }

    /** The finished file; the upload is of no use any more. */
    StoredFile finish(String uri, Instant now, Instant processedAt, Instant expiresAt) {
        int[] size = facts.size();
        return new StoredFile(
                plan.name(),
                plan.project(),
                uri,
                plan.displayName(),
                plan.mimeType(),
                facts.bytes(),
                Base64.getEncoder().encodeToString(digest.digest()),
                now,
                processedAt,
                expiresAt,
                plan.knobs().has(Knob.FILE_FAILS),
                facts.pages(),
                size[0],
                size[1],
                plan.content());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 belongs to every JDK", e);
        }
    }
}
