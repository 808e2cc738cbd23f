package dev.tollgate.sandbox;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Inline and linked media: the types taken (wire.md 1.8), their sizes, and words for them. */
final class Media {

    private static final Set<String> TYPES = Set.of(
            "image/png",
            "image/jpeg",
            "image/webp",
            "image/heic",
            "image/heif",
            "audio/wav",
            "audio/mp3",
            "audio/mpeg",
            "audio/aiff",
            "audio/aac",
            "audio/ogg",
            "audio/flac",
            "audio/opus",
            "audio/m4a",
            "video/mp4",
            "video/mpeg",
            "video/mov",
            "video/quicktime",
            "video/avi",
            "video/x-flv",
            "video/mpg",
            "video/webm",
            "video/wmv",
            "video/3gpp",
            "application/pdf");

    private Media() {}

    static boolean supports(String mimeType) {
        String mime = mimeType.toLowerCase(Locale.ROOT);
        return TYPES.contains(mime) || mime.startsWith("text/");
    }

    /** The number of bytes that base64 text stands for. */
    static int bytes(String base64) {
        int end = base64.length();
        while (end > 0 && base64.charAt(end - 1) == '=') {
            end--;
        }
        return (int) (end * 3L / 4);
    }

    /** What came along, e.g. {@code image/png (68 bytes)}, in order. */
    static List<String> describe(JsonNode content) {
        return content.path("parts")
                .valueStream()
                .filter(part -> part.has("inlineData") || part.has("fileData"))
                .map(Media::describePart)
                .toList();
    }

    private static String describePart(JsonNode part) {
        JsonNode blob = part.path("inlineData");
        return blob.isMissingNode()
                ? "the file at " + Json.text(part.path("fileData"), "fileUri")
                : Json.text(blob, "mimeType") + " (" + bytes(Json.text(blob, "data")) + " bytes)";
    }
}
