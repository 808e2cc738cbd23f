package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.TextFiles;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.upstreams.media.MediaLabel;
import dev.tollgate.upstreams.media.MediaRefused;
import dev.tollgate.upstreams.media.Medium;
import dev.tollgate.upstreams.media.kinds.MediaType;
import dev.tollgate.upstreams.media.kinds.Tracks;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Media that came with the request. The bytes decide the type, unless the label is a text type.
 *
 * @param mimeType as Gemini spells it, or {@code image/gif}
 * @param base64 standard alphabet, padded
 */
record InlineMedia(String mimeType, String base64) {

    private static final Map<String, String> SYNONYMS = Map.of("audio/mpeg", "audio/mp3", "audio/opus", "audio/ogg");

    static InlineMedia of(ContentPart.Media part, String base64) {
        if (base64.isEmpty()) {
            throw refuse(part, "holds no bytes.");
        }
        try {
            return new InlineMedia(MediaLabel.ofLabelled(bytes(base64), part.mimeType()), base64);
        } catch (MediaRefused refused) {
            throw refuse(part, refused.why());
        }
    }

    /** Returns whether Gemini accepts the bytes of a part. */
    static boolean isTaken(ContentPart.Media part, String base64) {
        try {
            MediaLabel.ofLabelled(bytes(base64), part.mimeType());
            return true;
        } catch (MediaRefused refused) {
            return false;
        }
    }

    /** Returns whether a label says the same; some types have two names, and Opus comes in Ogg. */
    boolean isAs(@Nullable String label) {
        return label == null || SYNONYMS.getOrDefault(label, label).equals(mimeType);
    }

    /** Decodes what is looked at. */
    private static Tracks.Bytes bytes(String base64) {
        return (place, length) -> {
            long from = Math.min(base64.length(), place); // a container may name a place far behind its end
            int begin = (int) Math.min(base64.length(), from / 3 * 4);
            int end = (int) Math.min(base64.length(), (from + length + 2) / 3 * 4);
            byte[] decoded = Base64.getDecoder().decode(base64.substring(begin, end));
            int skipped = (int) Math.min(decoded.length, from % 3);
            return Arrays.copyOfRange(decoded, skipped, Math.min(decoded.length, skipped + length));
        };
    }

    /** Returns a text file with the mark of UTF-16 as UTF-8, and any other file as it is. */
    InlineMedia inUtf8(Lease memory) {
        return mimeType.startsWith("text/") ? new InlineMedia(mimeType, TextFiles.inUtf8(base64, memory)) : this;
    }

    /** Returns whether it is a GIF, which Gemini does not accept. */
    boolean isGif() {
        return mimeType.equals(MediaType.GIF.mimeType());
    }

    /** Returns the media for readers of bytes. */
    Medium medium() {
        return Medium.of(mimeType, Base64.getDecoder().decode(base64));
    }

    static ApiException refuse(ContentPart.Media part, String why) {
        return ApiError.invalid(part.place().path(), "'" + part.place().path() + "' " + why)
                .asException();
    }
}
