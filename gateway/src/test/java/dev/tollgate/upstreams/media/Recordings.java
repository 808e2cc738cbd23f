package dev.tollgate.upstreams.media;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Recordings in the forms of programs: containers with one track, of sound or of pictures. */
public final class Recordings {

    private Recordings() {}

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] number(long number, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (number >> 8 * (length - 1 - i));
        }
        return bytes;
    }

    /** @param id the bytes of an id of EBML */
    private static byte[] element(long id, int idLength, byte[]... content) {
        byte[] all = joined(content);
        return joined(number(id, idLength), number(all.length | 1L << 28, 4), all);
    }

    /** A recording of a browser, whose segment and cluster have no known size. @param tracks their types: 1 is pictures, 2 sound */
    public static byte[] webm(int... tracks) {
        byte[] head = element(0x1a45dfa3L, 4, element(0x4282, 2, latin1("webm")), element(0x4287, 2, number(4, 1)));
        byte[][] entries = new byte[tracks.length][];
        for (int i = 0; i < tracks.length; i++) {
            entries[i] = element(
                    0xae,
                    1,
                    element(0xd7, 1, number(i + 1, 1)),
                    element(0x83, 1, number(tracks[i], 1)),
                    element(0x86, 1, latin1(tracks[i] == 1 ? "V_VP8" : "A_OPUS")));
        }
        return joined(
                head,
                number(0x18538067L, 4),
                number(0x01ffffffffffffffL, 8),
                element(0xec, 1, new byte[200]),
                element(0x1549a966L, 4, element(0x4d80, 2, latin1("App"))),
                element(0x1654ae6bL, 4, entries),
                number(0x1f43b675L, 4),
                number(0x01ffffffffffffffL, 8),
                element(0xa3, 1, new byte[900]));
    }

    private static byte[] box(String name, byte[]... content) {
        byte[] all = joined(content);
        return joined(ByteBuffer.allocate(4).putInt(all.length + 8).array(), latin1(name), all);
    }

    private static byte[] mp4(String brand, boolean isIndexLast, String... handlers) {
        byte[][] tracks = new byte[handlers.length + 1][];
        tracks[0] = box("mvhd", new byte[100]);
        for (int i = 0; i < handlers.length; i++) {
            byte[] handler = box("hdlr", new byte[8], latin1(handlers[i]), new byte[14]);
            tracks[i + 1] = box(
                    "trak",
                    box("tkhd", new byte[84]),
                    box("mdia", box("mdhd", new byte[24]), handler, box("minf", new byte[300])));
        }
        byte[] index = box("moov", tracks);
        byte[] sound = box("mdat", new byte[30_000]);
        byte[] head = box("ftyp", latin1(brand), new byte[4], latin1("mp42"));
        return isIndexLast ? joined(head, sound, index) : joined(head, index, sound);
    }

    /** @param handlers of the tracks: {@code soun} and {@code vide} */
    public static byte[] mp4(String brand, String... handlers) {
        return mp4(brand, false, handlers);
    }

    /** A recording whose tracks stand behind its sound, as a telephone writes it. */
    public static byte[] mp4WithTracksLast(String... handlers) {
        return mp4("isom", true, handlers);
    }
}
