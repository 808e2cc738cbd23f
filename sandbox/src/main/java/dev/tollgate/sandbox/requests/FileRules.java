package dev.tollgate.sandbox.requests;

import static dev.tollgate.sandbox.wire.GoogleError.require;

import dev.tollgate.sandbox.files.FileShelf;
import dev.tollgate.sandbox.files.Media;
import dev.tollgate.sandbox.files.StoredFile;
import dev.tollgate.sandbox.routes.CallingProject;
import dev.tollgate.sandbox.wire.GoogleError;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The rules for files that a request may name (protocol 1.8, 1.9). Nothing is fetched. */
public final class FileRules {

    private static final int YOUTUBE_MAX = 10;
    private static final String CANNOT_FETCH = "Cannot fetch content from the provided URL";
    private static final Set<String> YOUTUBE = Set.of("www.youtube.com", "youtube.com", "m.youtube.com", "youtu.be");
    private static final Set<String> FETCHED_TYPES = Set.of(
            "text/html",
            "text/css",
            "text/plain",
            "text/xml",
            "text/csv",
            "text/rtf",
            "text/javascript",
            "application/json",
            "application/pdf",
            "image/bmp",
            "image/jpeg",
            "image/png",
            "image/webp",
            "video/mp4",
            "video/mpeg",
            "video/quicktime",
            "video/avi",
            "video/x-flv",
            "video/mpg",
            "video/webm",
            "video/wmv",
            "video/3gpp");

    private FileRules() {}

    /**
     * The uploaded files that contents name, by the URI used.
     *
     * @throws GoogleError.Failure if one cannot be used
     */
    public static Map<String, StoredFile> check(List<JsonNode> contents, Terms terms, FileShelf shelf, Instant now) {
        Map<String, StoredFile> files = new HashMap<>();
        List<JsonNode> named = contents.stream().flatMap(FileRules::inContent).toList();
        for (JsonNode data : named) {
            String uri = JsonTrees.text(data, "fileUri");
            String name = uploaded(uri);
            if (name.isEmpty()) {
                checkElsewhere(uri, JsonTrees.text(data, "mimeType"), terms.vertex());
            } else {
                files.put(uri, usable(name, terms.caller(), shelf, now));
            }
        }
        long videos = named.stream()
                .filter(data -> isYouTube(JsonTrees.text(data, "fileUri")))
                .count();
        require(videos <= YOUTUBE_MAX, "At most " + YOUTUBE_MAX + " YouTube videos are supported per request.");
        return files;
    }

    /** Returns the files in parts, and in the parts of function responses. */
    private static Stream<JsonNode> inContent(JsonNode content) {
        return content.path("parts")
                .valueStream()
                .flatMap(part -> Stream.concat(
                        Stream.of(part),
                        part.path("functionResponse").path("parts").valueStream()))
                .filter(part -> part.has("fileData"))
                .map(part -> part.get("fileData"));
    }

    /** The name of an uploaded file, e.g. {@code files/abc}; empty for any other URI. */
    private static String uploaded(String uri) {
        if (uri.startsWith("files/")) {
            return uri;
        }
        int at = uri.indexOf("/files/");
        return at >= 0 && uri.substring(0, at).endsWith("/v1beta")
                        || at >= 0 && uri.substring(0, at).endsWith("/v1")
                ? uri.substring(at + 1)
                : "";
    }

    private static StoredFile usable(String name, CallingProject caller, FileShelf shelf, Instant now) {
        String id = name.substring("files/".length());
        StoredFile file =
                shelf.find(caller, name).orElseThrow(() -> notYours(id).asRefusal());
        if (file.state(now) != StoredFile.State.ACTIVE) {
            throw GoogleError.failedPrecondition(
                            "The File " + id + " is not in an ACTIVE state and usage is not allowed.")
                    .asRefusal();
        }
        require(Media.supports(file.mimeType()), "Unsupported MIME type: " + file.mimeType());
        return file;
    }

    public static GoogleError notYours(String id) {
        return GoogleError.forbidden("You do not have permission to access the File " + id + " or it may not exist.");
    }

    private static void checkElsewhere(String text, String mimeType, boolean vertex) {
        URI uri = uri(text);
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (scheme.equals("gs")) {
            require(vertex, "Unsupported file URI type: " + text + ".");
            require(Media.supports(mimeType), "Unsupported MIME type: " + mimeType);
            return;
        }
        String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
        require(scheme.equals("https") && uri.getHost() != null && !host.endsWith(".invalid"), CANNOT_FETCH);
        require(
                isYouTube(text) || mimeType.isEmpty() || FETCHED_TYPES.contains(mimeType.toLowerCase(Locale.ROOT)),
                "Unsupported MIME type: " + mimeType);
    }

    private static boolean isYouTube(String text) {
        try {
            return YOUTUBE.contains(String.valueOf(new URI(text).getHost()).toLowerCase(Locale.ROOT));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw GoogleError.invalid("Unsupported file URI type: " + text + ".")
                    .asRefusal();
        }
    }
}
