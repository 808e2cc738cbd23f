package dev.tollgate.upstreams.media.kinds;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The tracks of a container, which may hold sound alone: a browser's recording of a microphone has the same first bytes as one of a camera. Looks at heads
 * alone, and at no more than {@value #HEADS_MAX} of them. For one container.
 */
public final class Tracks {

    /** The bytes of a container, as far as they are there. */
    public interface Bytes {

        /** Returns the bytes from a place; fewer if they end, or are not there, before. */
        byte[] at(long from, int length);

        /** Returns bytes of which only the first are there. */
        static Bytes of(byte[] head) {
            return (from, length) -> from >= head.length
                    ? new byte[0]
                    : Arrays.copyOfRange(head, (int) from, (int) Math.min(head.length, from + length));
        }
    }

    private static final int HEADS_MAX = 1_000;

    private static final int SEGMENT = 0x18538067;
    private static final int CLUSTER = 0x1f43b675;
    private static final int TRACKS = 0x1654ae6b;
    private static final int TRACK = 0xae;
    private static final int TRACK_TYPE = 0x83;
    private static final int PICTURE = 1;

    private final Bytes bytes;
    private int heads;
    private boolean hasTrack;
    private boolean hasPicture;

    private Tracks(Bytes bytes) {
        this.bytes = bytes;
    }

    /** Returns whether a container has a track of pictures; null if its tracks cannot be seen. */
    public static @Nullable Boolean havePicture(MediaType container, Bytes bytes) {
        Tracks tracks = new Tracks(bytes);
        boolean isSeen =
                container == MediaType.WEBM ? tracks.webm(0, Long.MAX_VALUE) : tracks.boxes(0, Long.MAX_VALUE, "moov");
        return tracks.hasPicture ? Boolean.TRUE : isSeen && tracks.hasTrack ? Boolean.FALSE : null;
    }

    // ---- ISO base media ----

    /** A box: its name, and where its content begins and ends. */
    private record Box(String name, long from, long to) {}

    private @Nullable Box box(long at, long end) {
        byte[] head = bytes.at(at, 16);
        if (heads++ >= HEADS_MAX || head.length < 8) {
            return null;
        }
        long size = number(head, 0, 4);
        boolean isLong = size == 1;
        if (isLong && head.length < 16) {
            return null;
        }
        long length = isLong ? number(head, 8, 8) : size == 0 ? end - at : size;
        int own = isLong ? 16 : 8;
        return length < own || length > end - at
                ? null
                : new Box(new String(head, 4, 4, StandardCharsets.ISO_8859_1), at + own, at + length);
    }

    /** Looks for the first box of a name at the top, and at all below it. @return whether all tracks have been seen */
    private boolean boxes(long from, long to, String wanted) {
        long at = from;
        while (at < to) {
            Box box = box(at, to);
            if (box == null) {
                return false;
            }
            if (box.name().equals(wanted)) {
                if (wanted.equals("moov")) {
                    return boxes(box.from(), box.to(), "trak");
                }
                if (!track(box)) {
                    return false;
                }
            }
            at = box.to();
        }
        return !wanted.equals("moov");
    }

    private boolean track(Box track) {
        Box media = inside(track, "mdia");
        Box handler = media == null ? null : inside(media, "hdlr");
        byte[] kind = handler == null ? new byte[0] : bytes.at(handler.from() + 8, 4);
        hasTrack |= kind.length == 4;
        hasPicture |= Arrays.equals(kind, new byte[] {'v', 'i', 'd', 'e'});
        return kind.length == 4;
    }

    private @Nullable Box inside(Box outer, String name) {
        long at = outer.from();
        while (at < outer.to()) {
            Box box = box(at, outer.to());
            if (box == null || box.name().equals(name)) {
                return box;
            }
            at = box.to();
        }
        return null;
    }

    // ---- WebM ----

    /** An element: its id, where its content begins and ends, and whether its size is known. */
    private record Element(int id, long from, long to, boolean isSized) {}

    private @Nullable Element element(long at, long end) {
        byte[] head = bytes.at(at, 12);
        int idLength = length(head, 0);
        int sizeLength = length(head, idLength);
        int own = idLength + sizeLength;
        if (heads++ >= HEADS_MAX || idLength > 4 || sizeLength > 8 || head.length < own) {
            return null;
        }
        long unknown = (1L << 7 * sizeLength) - 1;
        long size = number(head, idLength, sizeLength) & unknown;
        long from = at + own;
        boolean isSized = size != unknown && size <= end - from;
        return new Element((int) number(head, 0, idLength), from, isSized ? from + size : end, isSized);
    }

    /** Returns the length of a number of EBML, which its first byte says; a longer one than any if that is not there. */
    private static int length(byte[] head, int at) {
        return at >= head.length ? Byte.SIZE + 1 : Integer.numberOfLeadingZeros(head[at] & 0xff) - 23;
    }

    /** Looks at the elements between two places. @return whether all tracks have been seen */
    private boolean webm(long from, long to) {
        long at = from;
        while (at < to) {
            Element element = element(at, to);
            if (element == null) {
                return false;
            }
            switch (element.id()) {
                case SEGMENT -> {
                    return webm(element.from(), element.to());
                }
                case TRACKS -> {
                    return element.isSized() && webm(element.from(), element.to());
                }
                default -> {
                    if (!element.isSized() || !passes(element)) {
                        return false;
                    }
                }
            }
            at = element.to();
        }
        return true;
    }

    /** Looks into a track. @return whether the elements behind it can be seen */
    private boolean passes(Element element) {
        return switch (element.id()) {
            case CLUSTER -> false; // the tracks stand behind it, or nowhere
            case TRACK -> webm(element.from(), element.to());
            case TRACK_TYPE -> {
                byte[] type = bytes.at(element.from(), 1);
                hasTrack |= type.length == 1;
                hasPicture |= type.length == 1 && type[0] == PICTURE;
                yield type.length == 1;
            }
            default -> true;
        };
    }

    private static long number(byte[] from, int at, int length) {
        long number = 0;
        for (int i = at; i < at + length; i++) {
            number = number << 8 | from[i] & 0xff;
        }
        return number;
    }
}
