package dev.tollgate.calls.replay;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The head of a spool, before the response's bytes. Responses that end in an error are not kept, so the status is always 200.
 *
 * @param streams whether it is a stream of events, else one JSON body
 * @param headers of our own, in order
 * @param ignored fields without effect that only the call itself found out (decision D5)
 */
public record SpoolHead(boolean streams, Map<String, String> headers, List<String> ignored) {

    public SpoolHead {
        headers = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        ignored = List.copyOf(ignored);
    }

    byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeBoolean(streams);
            out.writeInt(headers.size());
            for (Map.Entry<String, String> header : headers.entrySet()) {
                out.writeUTF(header.getKey());
                out.writeUTF(header.getValue());
            }
            out.writeInt(ignored.size());
            for (String field : ignored) {
                out.writeUTF(field);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static SpoolHead of(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        boolean streams = in.readBoolean();
        Map<String, String> headers = new LinkedHashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            headers.put(in.readUTF(), in.readUTF());
        }
        List<String> ignored = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            ignored.add(in.readUTF());
        }
        return new SpoolHead(streams, headers, ignored);
    }
}
