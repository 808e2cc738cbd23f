package dev.tollgate.sandbox.files;

import dev.tollgate.sandbox.wire.Base64Blob;
import dev.tollgate.sandbox.wire.JsonTrees;
import dev.tollgate.sandbox.wire.MediaFacts;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Inline and linked media: the types taken (protocol 1.8), their sizes, and words for them. */
public final class Media {

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
            "audio/webm",
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

    private static final int HEAD_CHARACTERS = 64; // a multiple of four

    private Media() {}

    public static boolean supports(String mimeType) {
        String mime = mimeType.toLowerCase(Locale.ROOT);
        return TYPES.contains(mime) || mime.startsWith("text/");
    }

    /** Returns whether the first bytes tell of another type than the label; most types are not recognised, and pass. */
    public static boolean isMislabelled(String mimeType, String base64) {
        int looked = Math.min(base64.length(), HEAD_CHARACTERS);
        String type = looked < HEAD_CHARACTERS
                ? Base64Blob.facts(base64).type()
                : Base64Blob.facts(base64.substring(0, looked)).type();
        return !type.isEmpty() && !type.equals(mimeType) && !mimeType.startsWith("text/");
    }

    /** Returns descriptions of the media, e.g. {@code image/png (68 bytes, 8 x 8 pixels)}, in order; also in the results of functions. */
    public static List<String> describe(JsonNode content, Map<String, StoredFile> files) {
        return content.path("parts")
                .valueStream()
                .flatMap(part -> Stream.concat(
                        Stream.of(part),
                        part.path("functionResponse").path("parts").valueStream()))
                .filter(part -> part.has("inlineData") || part.has("fileData"))
                .map(part -> describePart(part, files))
                .toList();
    }

    private static String describePart(JsonNode part, Map<String, StoredFile> files) {
        JsonNode blob = part.path("inlineData");
        if (!blob.isMissingNode()) {
            String data = JsonTrees.text(blob, "data");
            MediaFacts facts = Base64Blob.facts(data);
            int[] size = facts.size();
            return describe(JsonTrees.text(blob, "mimeType"), facts.bytes(), size[0], size[1], facts.pages());
        }
        String uri = JsonTrees.text(part.path("fileData"), "fileUri");
        StoredFile file = files.get(uri);
        return file == null
                ? "the file at " + uri
                : "the file " + file.name() + ", "
                        + describe(file.mimeType(), file.bytes(), file.width(), file.height(), file.pages());
    }

    private static String describe(String mimeType, long bytes, int width, int height, int pages) {
        String pixels = width > 0 ? ", " + width + " x " + height + " pixels" : "";
        String sheets = mimeType.equals("application/pdf") ? pages == 1 ? ", 1 page" : ", " + pages + " pages" : "";
        return mimeType + " (" + bytes + " bytes" + pixels + sheets + ")";
    }
}
