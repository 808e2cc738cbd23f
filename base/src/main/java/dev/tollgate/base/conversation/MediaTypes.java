package dev.tollgate.base.conversation;

import dev.tollgate.base.json.Ascii;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Names of media types as callers write them (protocol 1.8). Whether a model takes them is decided elsewhere. */
public final class MediaTypes {

    private static final int CHARS_MAX = 127;

    /** {@code input_audio.format}: OpenAI's two and what Gemini takes besides (D49). */
    private static final Map<String, String> AUDIO = new TreeMap<>(Map.of(
            "wav", "audio/wav",
            "mp3", "audio/mp3",
            "mpeg", "audio/mpeg",
            "aiff", "audio/aiff",
            "aac", "audio/aac",
            "ogg", "audio/ogg",
            "flac", "audio/flac",
            "opus", "audio/opus",
            "m4a", "audio/m4a"));

    public static final List<String> AUDIO_FORMATS = List.copyOf(AUDIO.keySet());

    private static final Map<String, String> BY_SUFFIX = Map.ofEntries(
            Map.entry("pdf", "application/pdf"),
            Map.entry("json", "application/json"),
            Map.entry("txt", "text/plain"),
            Map.entry("md", "text/markdown"),
            Map.entry("html", "text/html"),
            Map.entry("htm", "text/html"),
            Map.entry("css", "text/css"),
            Map.entry("csv", "text/csv"),
            Map.entry("xml", "text/xml"),
            Map.entry("rtf", "text/rtf"),
            Map.entry("js", "text/javascript"),
            Map.entry("py", "text/x-python"),
            Map.entry("png", "image/png"),
            Map.entry("jpg", "image/jpeg"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("webp", "image/webp"),
            Map.entry("heic", "image/heic"),
            Map.entry("heif", "image/heif"),
            Map.entry("gif", "image/gif"),
            Map.entry("mp4", "video/mp4"),
            Map.entry("mpeg", "video/mpeg"),
            Map.entry("mpg", "video/mpg"),
            Map.entry("mov", "video/quicktime"),
            Map.entry("avi", "video/avi"),
            Map.entry("flv", "video/x-flv"),
            Map.entry("webm", "video/webm"),
            Map.entry("wmv", "video/wmv"),
            Map.entry("3gp", "video/3gpp"));

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

    private MediaTypes() {}

    /** Returns the text type that a label stands for, null if it stands for none. */
    public static @Nullable String textType(String said) {
        return said.startsWith("text/") ? said : TEXT.get(said);
    }

    public static @Nullable String ofAudioFormat(String format) {
        return AUDIO.get(format);
    }

    public static @Nullable String ofFilename(String filename) {
        String suffix = filename.substring(filename.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        String type = BY_SUFFIX.get(suffix);
        return type != null ? type : AUDIO.get(suffix);
    }

    /** Returns whether the text, in lower case, has the form {@code type/subtype}. */
    public static boolean isType(String text) {
        int slash = text.indexOf('/');
        return text.length() <= CHARS_MAX
                && slash > 0
                && slash < text.length() - 1
                && text.indexOf('/', slash + 1) < 0
                && text.chars().allMatch(MediaTypes::isTokenOrSlash);
    }

    private static boolean isTokenOrSlash(int c) {
        return Ascii.isLower(c) || Ascii.isDigit(c) || "/.+-_!#$&^".indexOf(c) >= 0;
    }
}
