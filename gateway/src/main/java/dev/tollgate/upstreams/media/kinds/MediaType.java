package dev.tollgate.upstreams.media.kinds;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A media type that has a signature in its first bytes, spelled as Gemini spells it (protocol 1.8). */
public enum MediaType {
    PNG("image/png", Kind.IMAGE),
    JPEG("image/jpeg", Kind.IMAGE),
    WEBP("image/webp", Kind.IMAGE),
    HEIC("image/heic", Kind.IMAGE),
    HEIF("image/heif", Kind.IMAGE),
    GIF("image/gif", Kind.IMAGE),
    PDF("application/pdf", Kind.DOCUMENT),
    MP4("video/mp4", Kind.SOUND_OR_VIDEO),
    QUICKTIME("video/quicktime", Kind.SOUND_OR_VIDEO),
    WEBM("video/webm", Kind.SOUND_OR_VIDEO),
    AVI("video/avi", Kind.SOUND_OR_VIDEO),
    FLV("video/x-flv", Kind.SOUND_OR_VIDEO),
    WMV("video/wmv", Kind.SOUND_OR_VIDEO),
    THREE_GPP("video/3gpp", Kind.SOUND_OR_VIDEO),
    MPEG("video/mpeg", Kind.SOUND_OR_VIDEO),
    M4A("audio/m4a", Kind.SOUND_OR_VIDEO),
    WAV("audio/wav", Kind.SOUND_OR_VIDEO),
    MP3("audio/mp3", Kind.SOUND_OR_VIDEO),
    AIFF("audio/aiff", Kind.SOUND_OR_VIDEO),
    AAC("audio/aac", Kind.SOUND_OR_VIDEO),
    OGG("audio/ogg", Kind.SOUND_OR_VIDEO),
    FLAC("audio/flac", Kind.SOUND_OR_VIDEO);

    /** The number of first bytes that show a type. Readers of PDF look for its head in so many. */
    public static final int HEAD_BYTES = 1_024;

    /** The number of first bytes that name the kind of a Matroska file. */
    private static final int MATROSKA_BYTES = 64;

    private static final String PDF_HEAD = "%PDF-";

    private final String mimeType;
    private final Kind kind;

    MediaType(String mimeType, Kind kind) {
        this.mimeType = mimeType;
        this.kind = kind;
    }

    /** Containers of sound and video are one kind: the same bytes carry either label in the wild. */
    public enum Kind {
        IMAGE,
        DOCUMENT,
        SOUND_OR_VIDEO
    }

    public String mimeType() {
        return mimeType;
    }

    public Kind kind() {
        return kind;
    }

    /**
     * The type that the first bytes show; null where they show none that is known.
     *
     * @param head {@value #HEAD_BYTES} bytes, or fewer
     */
    public static @Nullable MediaType sniff(byte[] head) {
        Head h = new Head(head);
        MediaType found = image(h);
        if (found == null) {
            found = isoBase(h);
        }
        if (found == null) {
            found = riff(h);
        }
        if (found == null) {
            found = soundOrVideo(h);
        }
        return found != null ? found : h.at(0, PDF_HEAD) ? PDF : frameSync(h);
    }

    /** Returns whether the head of a PDF stands behind something else, as mail programs and scanners leave it. Words of a text may look the same. */
    public static boolean hasPdfBehind(byte[] head) {
        return new Head(head).text(0, HEAD_BYTES).contains(PDF_HEAD);
    }

    private static @Nullable MediaType image(Head h) {
        if (h.at(0, "\u0089PNG\r\n\u001a\n")) {
            return PNG;
        }
        if (h.at(0, "\u00ff\u00d8\u00ff")) {
            return JPEG;
        }
        return h.at(0, "GIF87a") || h.at(0, "GIF89a") ? GIF : null;
    }

    /** ISO base media: the brand after {@code ftyp} tells images, sound and video apart. */
    private static @Nullable MediaType isoBase(Head h) {
        if (h.at(4, "moov") || h.at(4, "mdat") || h.at(4, "wide")) {
            return QUICKTIME;
        }
        if (!h.at(4, "ftyp")) {
            return null;
        }
        return switch (h.text(8, 4)) {
            case "heic", "heix", "hevc", "hevx", "heim", "heis" -> HEIC;
            case "mif1", "msf1" -> HEIF;
            case "avif", "avis" -> null;
            case "qt  " -> QUICKTIME;
            case "M4A ", "M4B ", "M4P " -> M4A;
            default -> h.text(8, 2).equals("3g") ? THREE_GPP : MP4;
        };
    }

    private static @Nullable MediaType riff(Head h) {
        if (h.at(0, "FORM")) {
            return h.at(8, "AIFF") || h.at(8, "AIFC") ? AIFF : null;
        }
        if (!h.at(0, "RIFF") && !h.at(0, "RF64")) {
            return null;
        }
        return switch (h.text(8, 4)) {
            case "WEBP" -> WEBP;
            case "WAVE" -> WAV;
            case "AVI " -> AVI;
            default -> null;
        };
    }

    private static @Nullable MediaType soundOrVideo(Head h) {
        if (h.at(0, "OggS")) {
            return OGG;
        }
        if (h.at(0, "fLaC")) {
            return FLAC;
        }
        if (h.at(0, "ID3")) {
            return MP3;
        }
        if (h.at(0, "FLV\u0001")) {
            return FLV;
        }
        if (h.at(0, "0&\u00b2u\u008ef\u00cf\u0011")) {
            return WMV;
        }
        if (h.at(0, "\u001aE\u00df\u00a3")) {
            return h.text(4, MATROSKA_BYTES - 4).contains("webm") ? WEBM : null;
        }
        return h.at(0, "\0\0\u0001\u00ba") || h.at(0, "\0\0\u0001\u00b3") ? MPEG : null;
    }

    /**
     * Recognises a frame of MPEG audio by its leading set bits. The layer's two bits mean: 0 is AAC in ADTS, 1 is MP3, 2 the older MP2,
     * and 3 would also be the byte order mark of UTF-16.
     */
    private static @Nullable MediaType frameSync(Head h) {
        if (h.unsigned(0) != 0xff || (h.unsigned(1) & 0xe0) != 0xe0) {
            return null;
        }
        int layer = (h.unsigned(1) >> 1) & 3;
        if (layer == 0) {
            return (h.unsigned(1) & 0xf0) == 0xf0 ? AAC : null;
        }
        int version = (h.unsigned(1) >> 3) & 3;
        int bitrate = h.unsigned(2) >> 4;
        return layer != 3 && version != 1 && bitrate != 15 && ((h.unsigned(2) >> 2) & 3) != 3 ? MP3 : null;
    }

    private static final class Head {
        private final byte[] bytes;

        Head(byte[] bytes) {
            this.bytes = bytes;
        }

        boolean at(int offset, String latin1) {
            return text(offset, latin1.length()).equals(latin1);
        }

        String text(int offset, int length) {
            int from = Math.min(offset, bytes.length);
            int to = Math.min(offset + length, bytes.length);
            return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
        }

        int unsigned(int offset) {
            return offset < bytes.length ? bytes[offset] & 0xff : 0;
        }
    }
}
