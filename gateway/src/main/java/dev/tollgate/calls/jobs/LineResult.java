package dev.tollgate.calls.jobs;

import dev.tollgate.base.json.Utf8Buffer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/** The result of a line, as the output or the error file shows it (J29): one line of JSON with its end. */
public final class LineResult {

    private static final String ID = "batch_req_";

    private LineResult() {}

    /** Returns the line of an answer. @param callId also the id of its task @param body the door's JSON */
    static byte[] answer(String callId, String customId, byte[] body, List<String> ignored) {
        Utf8Buffer out = new Utf8Buffer(body.length + 256);
        head(callId, customId, 200, callId, out);
        out.raw(body).raw(",\"ignored\":[");
        String comma = "";
        for (String each : ignored) {
            out.raw(comma).string(each);
            comma = ",";
        }
        return end(out.raw("]}"));
    }

    /** Returns the line of a refusal, which has no call: its id stands for that of the call. @param job the batch's id @param customId null if the line has none that can be read */
    static byte[] refusal(String job, long line, @Nullable String customId, int status, byte[] body) {
        Utf8Buffer out = new Utf8Buffer(body.length + 256);
        String id = job + "-" + line;
        head(id, customId, status, ID + chars(id), out); // typed clients demand a request_id
        return end(out.raw(body).raw('}'));
    }

    /** Returns the result of a line that never ended. @param code such as {@code batch_expired} */
    public static byte[] neverEnded(String job, long line, @Nullable String customId, String code, String message) {
        Utf8Buffer out = new Utf8Buffer(256);
        out.raw("{\"id\":")
                .string(ID + chars(job + "-" + line))
                .raw(",\"custom_id\":")
                .stringOrNull(customId);
        out.raw(",\"response\":null,\"error\":{\"code\":").string(code);
        return out.raw(",\"message\":").string(message).raw("}}\n").toByteArray();
    }

    private static void head(String id, @Nullable String customId, int status, String requestId, Utf8Buffer out) {
        out.raw("{\"id\":").string(ID + chars(id)).raw(",\"custom_id\":").stringOrNull(customId);
        out.raw(",\"response\":{\"status_code\":")
                .number(status)
                .raw(",\"request_id\":")
                .string(requestId);
        out.raw(",\"body\":");
    }

    private static byte[] end(Utf8Buffer out) {
        return out.raw(",\"error\":null}\n").toByteArray();
    }

    private static String chars(String id) {
        return id.substring(id.indexOf('-') + 1);
    }

    static byte[] packed(byte[] line) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream(line.length / 2 + 64);
        try (DeflaterOutputStream out = new DeflaterOutputStream(packed)) {
            out.write(line);
        } catch (IOException e) {
            throw new UncheckedIOException("memory has no I/O errors", e);
        }
        return packed.toByteArray();
    }

    /** Returns the line that was packed. @throws IOException if these are not the bytes of one */
    public static byte[] of(byte[] packed) throws IOException {
        try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(packed))) {
            return in.readAllBytes();
        }
    }
}
