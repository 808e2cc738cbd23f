package dev.tollgate.calls.jobs;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The request of a job, as it is kept until the job ends. What a look at the job shows stands before the body, which is unpacked only to make the call.
 *
 * @param headers those that the door has asked for, by their names in lower case, with the values of all their lines
 * @param body as it came
 * @param shown the object that its creation returned
 */
public record JobRequest(Map<String, List<String>> headers, byte[] body, byte[] shown) {

    /** The most that a request may take, packed (J23). */
    public static final int PACKED_BYTES_MAX = 512 << 10;

    /** The words about a field that makes it longer. */
    public static final String TOO_LONG = "is too long for a request in the background, which takes at most "
            + (PACKED_BYTES_MAX >> 10) + " KiB when it is compressed.";

    /** Compresses it. Stops when it has become too long. @return null if it takes more than {@link #PACKED_BYTES_MAX} */
    public byte @Nullable [] packed() {
        try {
            Bounded packed = new Bounded();
            DataOutputStream lengths = new DataOutputStream(packed);
            lengths.writeInt(shown.length);
            lengths.writeInt(body.length);
            try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(packed))) {
                out.write(shown);
                out.writeInt(headers.size());
                for (Map.Entry<String, List<String>> header : headers.entrySet()) {
                    out.writeUTF(header.getKey());
                    out.writeInt(header.getValue().size());
                    for (String value : header.getValue()) {
                        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
                        out.writeInt(bytes.length);
                        out.write(bytes);
                    }
                }
                out.write(body);
            }
            return packed.bytes.toByteArray();
        } catch (TooLong e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException("memory has no I/O errors", e);
        }
    }

    /** Returns what {@link #of} will take in memory. */
    public static long plainBytes(byte[] packed) {
        return reading(packed, in -> (long) in.readInt() + in.readInt());
    }

    /** Returns what the object takes, unpacked. */
    public static long shownBytes(byte[] packed) {
        return reading(packed, in -> (long) in.readInt());
    }

    /** Unpacks the object that its creation returned, and nothing else. */
    public static byte[] shown(byte[] packed) {
        return reading(packed, in -> {
            int shown = in.readInt();
            in.readInt();
            try (InputStream rest = new InflaterInputStream(in)) {
                return exactly(shown, rest);
            }
        });
    }

    /** Unpacks it. @throws Damaged if these are not the bytes of a request; so do the others */
    public static JobRequest of(byte[] packed) {
        return reading(packed, lengths -> {
            int shownBytes = lengths.readInt();
            int bodyBytes = lengths.readInt();
            try (DataInputStream in = new DataInputStream(new InflaterInputStream(lengths))) {
                byte[] shown = exactly(shownBytes, in);
                Map<String, List<String>> headers = new LinkedHashMap<>();
                for (int left = in.readInt(); left > 0; left--) {
                    String name = in.readUTF();
                    List<String> values = new ArrayList<>();
                    for (int more = in.readInt(); more > 0; more--) {
                        values.add(new String(exactly(in.readInt(), in), StandardCharsets.UTF_8));
                    }
                    headers.put(name, values);
                }
                return new JobRequest(headers, exactly(bodyBytes, in), shown);
            }
        });
    }

    private static byte[] exactly(int length, InputStream in) throws IOException {
        if (length < 0) {
            throw new IOException("a length below zero");
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new IOException("it ends too early");
        }
        return bytes;
    }

    private interface Unpacking<T> {
        T of(DataInputStream in) throws IOException;
    }

    private static <T> T reading(byte[] packed, Unpacking<T> unpacking) {
        try {
            return unpacking.of(new DataInputStream(new ByteArrayInputStream(packed)));
        } catch (IOException e) {
            throw new Damaged(e);
        }
    }

    /** A kept request that cannot be read any more. */
    public static final class Damaged extends RuntimeException {

        private static final long serialVersionUID = 1;

        Damaged(IOException cause) {
            super("the request of a job cannot be read", cause);
        }
    }

    private static final class TooLong extends IOException {

        private static final long serialVersionUID = 1;
    }

    /** Takes no more than a request may. */
    private static final class Bounded extends OutputStream {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] some, int from, int count) throws IOException {
            if (bytes.size() + count > PACKED_BYTES_MAX) {
                throw new TooLong();
            }
            bytes.write(some, from, count);
        }
    }
}
