package dev.tollgate.calls.jobs;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
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

    /** Compresses it. */
    public byte[] packed() {
        ByteArrayOutputStream packed = new ByteArrayOutputStream(body.length / 3 + 256);
        try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(packed))) {
            out.writeInt(headers.size());
            for (Map.Entry<String, List<String>> header : headers.entrySet()) {
                out.writeUTF(header.getKey());
                out.writeInt(header.getValue().size());
                for (String value : header.getValue()) {
                    write(value.getBytes(StandardCharsets.UTF_8), out);
                }
            }
            write(body, out);
            write(shown, out);
        } catch (IOException e) {
            throw new UncheckedIOException("memory has no I/O errors", e);
        }
        return packed.toByteArray();
    }

    private static void write(byte[] bytes, DataOutputStream out) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** @throws UncheckedIOException if these are not the bytes of a request */
    public static JobRequest of(byte[] packed) {
        try (DataInputStream in = new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(packed)))) {
            Map<String, List<String>> headers = new LinkedHashMap<>();
            for (int left = in.readInt(); left > 0; left--) {
                String name = in.readUTF();
                List<String> values = new ArrayList<>();
                for (int more = in.readInt(); more > 0; more--) {
                    values.add(new String(read(in), StandardCharsets.UTF_8));
                }
                headers.put(name, values);
            }
            return new JobRequest(headers, read(in), read(in));
        } catch (IOException e) {
            throw new UncheckedIOException("the request of a job cannot be read", e);
        }
    }

    private static byte[] read(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }
}
