package dev.tollgate.sandbox.files;

import dev.tollgate.sandbox.wire.JsonTrees;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import tools.jackson.databind.node.ObjectNode;

/**
 * An uploaded file (protocol 1.9). Immutable.
 *
 * @param name {@code files/ID}
 * @param project whose it is
 * @param sha256 in base64
 * @param fails whether its processing ends in failure
 * @param pages of a PDF; otherwise of no meaning
 * @param width in pixels, 0 where it is not known
 * @param content where its bytes lie
 */
public record StoredFile(
        String name,
        String project,
        String uri,
        String displayName,
        String mimeType,
        long bytes,
        String sha256,
        Instant createdAt,
        Instant processedAt,
        Instant expiresAt,
        boolean fails,
        int pages,
        int width,
        int height,
        Path content) {

    /** The state of a file's processing. */
    public enum State {
        PROCESSING,
        ACTIVE,
        FAILED
    }

    public State state(Instant now) {
        if (now.isBefore(processedAt)) {
            return State.PROCESSING;
        }
        return fails ? State.FAILED : State.ACTIVE;
    }

    /** The resource as {@code GET files/ID} gives it; sizes are strings, as int64 is in JSON. */
    public ObjectNode describe(Instant now) {
        State state = state(now);
        ObjectNode file = JsonTrees.object().put("name", name);
        if (!displayName.isEmpty()) {
            file.put("displayName", displayName);
        }
        file.put("mimeType", mimeType)
                .put("sizeBytes", Long.toString(bytes))
                .put("createTime", text(createdAt))
                .put("updateTime", text(state == State.PROCESSING ? createdAt : processedAt))
                .put("expirationTime", text(expiresAt))
                .put("sha256Hash", sha256)
                .put("uri", uri)
                .put("state", state.name())
                .put("source", "UPLOADED");
        if (state == State.FAILED) {
            file.putObject("error").put("code", 3).put("message", "The file could not be processed.");
        }
        return file;
    }

    public static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.MICROS).toString();
    }
}
