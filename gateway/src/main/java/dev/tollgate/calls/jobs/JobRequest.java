package dev.tollgate.calls.jobs;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * The request of a job, as it is kept until the job ends.
 *
 * @param headers those that the door has asked for, by their names in lower case, with the values of all their lines
 * @param body as it came
 * @param shown the object that its creation returned
 */
public record JobRequest(Map<String, List<String>> headers, byte[] body, byte[] shown) {

    /** The most that a request may take, packed (J23). */
    public static final int PACKED_BYTES_MAX = 512 << 10;

    /** Compresses it, behind its length. */
    public byte[] packed() {
        ByteArrayOutputStream plain = new ByteArrayOutputStream(shown.length + body.length + 1024);
        try (DataOutputStream out = new DataOutputStream(plain)) {
            write(shown, out);
            out.writeInt(headers.size());
            for (Map.Entry<String, List<String>> header : headers.entrySet()) {
                out.writeUTF(header.getKey());
                out.writeInt(header.getValue().size());
                for (String value : header.getValue()) {
                    write(value.getBytes(StandardCharsets.UTF_8), out);
                }
            }
            write(body, out);
        } catch (IOException e) {
            throw noErrors(e);
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream(plain.size() / 3 + 256);
        try (DataOutputStream out = new DataOutputStream(packed)) {
            out.writeInt(plain.size());
            try (DeflaterOutputStream deflater = new DeflaterOutputStream(out)) {
                plain.writeTo(deflater);
            }
        } catch (IOException e) {
            throw noErrors(e);
        }
        return packed.toByteArray();
    }

    private static UncheckedIOException noErrors(IOException e) {
        return new UncheckedIOException("memory has no I/O errors", e);
    }

    private static void write(byte[] bytes, DataOutputStream out) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** Returns what {@link #of} will take in memory. */
    public static int plainBytes(byte[] packed) {
        return ByteBuffer.wrap(packed).getInt();
    }

    /** Returns the object that its creation returned, and unpacks nothing else. @throws UncheckedIOException if these are not the bytes of a request */
    public static byte[] shown(byte[] packed) {
        try (DataInputStream in = unpacking(packed)) {
            return read(in);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** @throws UncheckedIOException if these are not the bytes of a request */
    public static JobRequest of(byte[] packed) {
        try (DataInputStream in = unpacking(packed)) {
            byte[] shown = read(in);
            Map<String, List<String>> headers = new LinkedHashMap<>();
            for (int left = in.readInt(); left > 0; left--) {
                String name = in.readUTF();
                List<String> values = new ArrayList<>();
                for (int more = in.readInt(); more > 0; more--) {
                    values.add(new String(read(in), StandardCharsets.UTF_8));
                }
                headers.put(name, values);
            }
            return new JobRequest(headers, read(in), shown);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static DataInputStream unpacking(byte[] packed) {
        return new DataInputStream(new InflaterInputStream(
                new ByteArrayInputStream(packed, Integer.BYTES, packed.length - Integer.BYTES)));
    }

    private static UncheckedIOException unreadable(IOException e) {
        return new UncheckedIOException("the request of a job cannot be read", e);
    }

    private static byte[] read(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }
}
