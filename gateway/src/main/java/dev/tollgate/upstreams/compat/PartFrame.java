package dev.tollgate.upstreams.compat;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.upstreams.media.kinds.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The content part for a media file of a type, without the base64 data.
 *
 * @param before JSON, in ASCII, up to the base64 data
 * @param after JSON, in ASCII, after it
 */
record PartFrame(String before, String after) {

    /** The labels of audio that may be sent. */
    private static final Map<MediaType, String> SOUNDS =
            Map.of(MediaType.WAV, " audio/wav", MediaType.MP3, " audio/mp3 audio/mpeg");

    /** @param type what the bytes are, null where they are of no known type; @return null where the protocol has no part for it */
    static @Nullable PartFrame of(@Nullable MediaType type, @Nullable String detail) {
        return switch (type) {
            case PNG, JPEG, WEBP, GIF ->
                new PartFrame(
                        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:" + type.mimeType() + ";base64,",
                        detail == null ? "\"}}" : "\",\"detail\":\"" + detail + "\"}}");
            case WAV -> sound("wav");
            case MP3 -> sound("mp3");
            case PDF ->
                new PartFrame(
                        "{\"type\":\"file\",\"file\":{\"filename\":\"document.pdf\",\"file_data\":\"data:application/pdf;base64,",
                        "\"}}");
            case null, default -> null;
        };
    }

    private static PartFrame sound(String format) {
        return new PartFrame(
                "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"", "\",\"format\":\"" + format + "\"}}");
    }

    /** Dotted names of what is said of a medium without effect (D5). @param type what its bytes are, null where they are of no known type */
    static List<String> ignored(ContentPart.Media media, @Nullable MediaType type) {
        List<String> ignored = new ArrayList<>(0);
        boolean isImage = type != null && type.kind() == MediaType.Kind.IMAGE;
        if (media.detail() != null && !isImage) {
            ignored.add(media.place().path(Member.DETAIL));
        }
        boolean isSound = media.named() == ContentPart.Named.SOUND && type != null;
        if (isSound && !SOUNDS.getOrDefault(type, "").contains(" " + media.mimeType())) {
            ignored.add(media.place().path(Member.FORMAT));
        }
        if (media.video() != null) {
            ignored.add(media.place().path(Member.VIDEO));
        }
        return ignored;
    }
}
