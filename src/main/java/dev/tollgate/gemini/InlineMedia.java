package dev.tollgate.gemini;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ApiException;
import dev.tollgate.media.MediaType;
import dev.tollgate.openai.ContentPart;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Media to be sent inside the request. The bytes decide what they are, because Gemini passes over a file with a wrong label
 * without a word (complaints G-08); a label of quite another kind is a 400.
 *
 * @param mimeType as Gemini spells it
 * @param base64 standard alphabet, padded
 */
record InlineMedia(String mimeType, String base64) {

    private static final String SUPPORTED =
            "PNG, JPEG, WebP, HEIC, HEIF or GIF images, PDF or text/* documents, WAV, MP3, AIFF, AAC, OGG, FLAC or M4A audio,"
                    + " MP4, QuickTime, WebM, AVI, FLV, WMV, 3GPP or MPEG video";

    /** Text by another name; Gemini knows it as plain text. */
    private static final Map<String, String> TEXT = Map.of(
            "application/json", "text/plain",
            "application/ld+json", "text/plain",
            "application/yaml", "text/plain",
            "application/x-yaml", "text/plain",
            "application/toml", "text/plain",
            "application/xml", "text/xml",
            "application/javascript", "text/javascript",
            "application/x-javascript", "text/javascript",
            "application/rtf", "text/rtf");

    static InlineMedia of(ContentPart.Media part, String base64) {
        if (base64.isEmpty()) {
            throw refuse(part, "holds no bytes.");
        }
        String said = "application/octet-stream".equals(part.mimeType()) ? null : part.mimeType();
        String text = said == null ? null : textType(said);
        if (text != null) {
            return new InlineMedia(text, base64);
        }
        MediaType found = MediaType.sniff(head(base64));
        if (found == null) {
            throw refuse(
                    part,
                    said == null
                            ? "is of no known type; say which it is, or send " + SUPPORTED + "."
                            : "is labelled %s, but its bytes are not of a type that is taken: %s."
                                    .formatted(said, SUPPORTED));
        }
        requireSameKind(part, said, found);
        return found == MediaType.GIF
                ? new InlineMedia(MediaType.PNG.mimeType(), FirstFrame.asPng(part, base64))
                : new InlineMedia(spelling(found, said), base64);
    }

    private static @Nullable String textType(String said) {
        return said.startsWith("text/") ? said : TEXT.get(said);
    }

    private static byte[] head(String base64) {
        int chars = Math.min(base64.length(), (MediaType.HEAD_BYTES + 2) / 3 * 4);
        return Base64.getDecoder().decode(base64.substring(0, chars));
    }

    private static void requireSameKind(ContentPart.Media part, @Nullable String said, MediaType found) {
        if (said != null && kind(said) != found.kind()) {
            throw refuse(part, "is labelled %s, but its bytes are %s.".formatted(said, found.mimeType()));
        }
    }

    private static MediaType.@Nullable Kind kind(String said) {
        return switch (said.substring(0, Math.max(0, said.indexOf('/')))) {
            case "image" -> MediaType.Kind.IMAGE;
            case "audio", "video" -> MediaType.Kind.SOUND_OR_VIDEO;
            default ->
                said.equals("application/pdf") || said.equals("application/x-pdf")
                        ? MediaType.Kind.DOCUMENT
                        : said.equals("application/ogg") || said.equals("application/mp4")
                                ? MediaType.Kind.SOUND_OR_VIDEO
                                : null;
        };
    }

    /** An MP4 container may hold sound alone, which only the label tells. */
    private static String spelling(MediaType found, @Nullable String said) {
        boolean sound = said != null && said.toLowerCase(Locale.ROOT).startsWith("audio/");
        return found == MediaType.MP4 && sound ? MediaType.M4A.mimeType() : found.mimeType();
    }

    static ApiException refuse(ContentPart.Media part, String why) {
        return ApiError.invalid(part.param(), "'" + part.param() + "' " + why).asException();
    }
}
