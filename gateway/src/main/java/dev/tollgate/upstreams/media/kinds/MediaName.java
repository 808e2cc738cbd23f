package dev.tollgate.upstreams.media.kinds;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The type in a file's name, if it is an image, a sound, a video or a PDF. Types that are not accepted count, too: a page sent instead of
 * such a file is not a document (D56).
 */
public final class MediaName {

    private static final List<String> IMAGES = List.of(
            "png", "jpg", "jpeg", "jfif", "jpe", "webp", "heic", "heif", "gif", "bmp", "svg", "tif", "tiff", "avif",
            "ico", "apng", "jxl", "psd");
    private static final List<String> SOUNDS =
            List.of("mp3", "wav", "aif", "aiff", "aac", "ogg", "oga", "flac", "m4a", "opus", "wma", "weba", "amr");
    private static final List<String> VIDEOS =
            List.of("mp4", "m4v", "mpeg", "mpg", "mov", "avi", "flv", "webm", "wmv", "3gp", "mkv", "ogv");
    private static final Pattern BEHIND_A_NAME = Pattern.compile("[;:@!].*");

    private MediaName() {}

    /**
     * @param target path and query as they are sent
     * @return a word like {@code an image}; null where the name says none of these
     */
    public static @Nullable String kind(String target) {
        String[] parts = target.split("\\?", 2);
        String file = parts[0].substring(parts[0].lastIndexOf('/') + 1).replaceAll("(?i)%2e", ".");
        String byPath = bySuffix(BEHIND_A_NAME.matcher(file).replaceFirst(""));
        if (byPath != null || parts.length == 1 || file.indexOf('.') > 0) {
            return byPath;
        }
        Optional<String> byQuery = Stream.of(parts[1].split("&"))
                .map(pair -> pair.substring(pair.indexOf('=') + 1))
                .map(value -> Optional.ofNullable(bySuffix("." + value)))
                .flatMap(Optional::stream)
                .findFirst();
        return byQuery.orElse(null);
    }

    private static @Nullable String bySuffix(String name) {
        int dot = name.lastIndexOf('.');
        String suffix = name.substring(dot + 1).toLowerCase(Locale.ROOT);
        if (dot < 0) {
            return null;
        }
        if (suffix.equals("pdf")) {
            return "a PDF";
        }
        return Map.of("an image", IMAGES, "a sound", SOUNDS, "a video", VIDEOS).entrySet().stream()
                .filter(kind -> kind.getValue().contains(suffix))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }
}
