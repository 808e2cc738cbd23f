package dev.tollgate.upstreams.media;

import dev.tollgate.base.conversation.MediaTypes;
import dev.tollgate.upstreams.media.kinds.MediaName;
import dev.tollgate.upstreams.media.kinds.MediaType;
import dev.tollgate.upstreams.media.kinds.Tracks;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a medium is. The bytes come first, because Gemini passes over a file with a wrong label without a word (guarantee G-08);
 * what is said of them tells text, which has no signature, and sound from video.
 */
public final class MediaLabel {

    /** The supported types, for a message. */
    public static final String SUPPORTED =
            "PNG, JPEG, WebP, HEIC, HEIF or GIF images, PDF or text/* documents, WAV, MP3, AIFF, AAC, OGG, FLAC or M4A audio,"
                    + " MP4, QuickTime, WebM, AVI, FLV, WMV, 3GPP or MPEG video";

    /** The number of first bytes in which a container's tracks are looked for. */
    static final int TRACKS_BYTES = 16 << 10;

    private static final Set<MediaType> CONTAINERS =
            EnumSet.of(MediaType.MP4, MediaType.QUICKTIME, MediaType.THREE_GPP, MediaType.WEBM);

    private static final Pattern TYPE = Pattern.compile("[a-z0-9!#$&^_.+-]{1,63}/[a-z0-9!#$&^_.+-]{1,63}");

    /** Behind a byte order mark, an XML declaration and comments. */
    private static final Pattern PAGE = Pattern.compile(
            "(?:\u00ef\u00bb\u00bf)?(?:\\s++|<!--.{0,400}?-->|<\\?xml.{0,200}?\\?>)*+<(?:!doctype\\s++html|html|head|body)\\b",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private static final String OCTETS = "application/octet-stream";

    private MediaLabel() {}

    /**
     * Returns the type that the first bytes show; null where they show none that is known. A PDF may have something before its head, if nothing says that it
     * is text.
     *
     * @param said lower case without parameters; null where nothing was said
     */
    public static @Nullable MediaType sniff(byte[] head, @Nullable String said) {
        MediaType found = MediaType.sniff(head);
        boolean isText = said != null && MediaTypes.textType(said) != null;
        return found == null && !isText && MediaType.hasPdfBehind(head) ? MediaType.PDF : found;
    }

    /**
     * What a file sent along is. A label of text is taken at its word, and one of quite another kind than the bytes is refused.
     *
     * @param said lower case without parameters; null where nothing was said
     * @return the type as Gemini spells it, {@code image/gif} excepted, which it does not take
     */
    public static String ofLabelled(Tracks.Bytes bytes, @Nullable String said) throws MediaRefused {
        String label = OCTETS.equals(said) ? null : said;
        String text = label == null ? null : MediaTypes.textType(label);
        if (text != null) {
            return text;
        }
        MediaType found = sniff(bytes.at(0, MediaType.HEAD_BYTES), label);
        if (found == null) {
            throw new MediaRefused(
                    label == null
                            ? "is of an unknown type; name the type, or send " + SUPPORTED + "."
                            : "is labelled %s, but its bytes are not of a type that is taken: %s."
                                    .formatted(label, SUPPORTED));
        }
        if (label != null && kind(label) != found.kind()) {
            throw new MediaRefused("is labelled %s, but its bytes are %s.".formatted(label, found.mimeType()));
        }
        return spelling(found, label, bytes);
    }

    /**
     * What a downloaded file is: its bytes say, then the header, then the name. Text is a document only where nothing says otherwise (D56).
     *
     * @param first its first {@value #TRACKS_BYTES} bytes or more, or all there are; the first {@value MediaType#HEAD_BYTES} may refuse it
     * @param contentType the header
     * @param named what the names on the way to it say that it is, as {@link MediaName} has it
     */
    static String ofDownloaded(
            byte[] first, @Nullable String contentType, WantedMedium.Hint wanted, @Nullable String named)
            throws MediaRefused {
        String header = bare(contentType);
        String said = header != null ? header : wanted.mimeType();
        byte[] head = Arrays.copyOf(first, Math.min(first.length, MediaType.HEAD_BYTES));
        MediaType found = sniff(head, said);
        if (found != null) {
            return spelling(found, said, Tracks.Bytes.of(first));
        }
        String text = said == null ? null : MediaTypes.textType(said);
        if (text == null) {
            throw new MediaRefused(
                    said == null
                            ? "leads to a file of an unknown type; allowed are: " + SUPPORTED + "."
                            : "leads to a file that is said to be %s, but its bytes are not of a type that is taken: %s.%s"
                                    .formatted(said, SUPPORTED, isPage(head) ? " The server sent an HTML page." : ""));
        }
        if (!looksLikeText(head)) {
            throw new MediaRefused(
                    "leads to a file that is said to be %s, but its bytes are not text.".formatted(said));
        }
        requireDocument(text, isPage(head) || text.equals("text/html"), wanted, named);
        return text;
    }

    /** Refuses an error page or a login page that was sent instead of an image or a document. */
    private static void requireDocument(String text, boolean isPage, WantedMedium.Hint wanted, @Nullable String named)
            throws MediaRefused {
        String came = isPage ? "text/html" : text;
        String expected = wanted.mimeType();
        if (expected != null && kind(expected) != null) {
            throw new MediaRefused(
                    "leads to a file that is %s by its name, but what came is %s.".formatted(expected, came));
        }
        if (named != null) {
            throw new MediaRefused(
                    "leads to a file that is %s by its name, but what came is %s.".formatted(named, came));
        }
        if (isPage && wanted.picture() && (expected == null || MediaTypes.textType(expected) == null)) {
            throw new MediaRefused(
                    "leads to an HTML page (text/html), which is taken only from a URL whose name says so, like page.html.");
        }
    }

    /** Returns whether the first bytes begin an HTML page. */
    private static boolean isPage(byte[] head) {
        return PAGE.matcher(new String(head, StandardCharsets.ISO_8859_1)).lookingAt();
    }

    /** Without parameters, in lower case; null where it says nothing. */
    private static @Nullable String bare(@Nullable String contentType) {
        if (contentType == null) {
            return null;
        }
        int end = contentType.indexOf(';');
        String type =
                (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        boolean silent = type.equals(OCTETS) || type.equals("binary/octet-stream") || type.equals("application/binary");
        return silent || !TYPE.matcher(type).matches() ? null : type;
    }

    /** No zero byte, unless it begins as UTF-16 does. */
    private static boolean looksLikeText(byte[] head) {
        int first = head.length < 2 ? 0 : (head[0] & 0xff) << Byte.SIZE | head[1] & 0xff;
        boolean utf16 = first == 0xfeff || first == 0xfffe;
        for (byte b : head) {
            if (b == 0 && !utf16) {
                return false;
            }
        }
        return true;
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

    /**
     * Returns a type as Gemini spells it. A container without a track of pictures is audio; if its tracks cannot be seen, the label decides.
     *
     * @param said lower case without parameters; null where nothing was said
     */
    public static String spelling(MediaType found, @Nullable String said, Tracks.Bytes bytes) {
        if (!CONTAINERS.contains(found)) {
            return found.mimeType();
        }
        Boolean hasPicture = Tracks.havePicture(found, bytes);
        boolean isSound = hasPicture == null ? said != null && said.startsWith("audio/") : !hasPicture;
        if (!isSound) {
            return found.mimeType();
        }
        return found == MediaType.WEBM ? "audio/webm" : MediaType.M4A.mimeType();
    }
}
