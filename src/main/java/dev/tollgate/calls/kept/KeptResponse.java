package dev.tollgate.calls.kept;

import dev.tollgate.base.memory.Lease;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A kept response, still compressed: it takes its whole size only if it is read. Immutable.
 *
 * @param id of its task
 * @param previousId the task of the response that it continues; null if it continues none
 * @param inputBytes the length of the input, unpacked
 * @param apart the input if it was compressed on its own; empty otherwise
 * @param rest the response; the input stands before it if it was not compressed on its own
 */
public record KeptResponse(String id, @Nullable String previousId, int inputBytes, Packed apart, Packed rest) {

    /** Content above this size is read as a large body is: in turns by account, among the large requests. */
    public static final int LARGE_BYTES = 64 << 10;

    /** Returns the length of input and response, unpacked. */
    public long bytes() {
        return (long) apart.plainBytes() + rest.plainBytes();
    }

    /**
     * Unpacks the call's own input as it came, without the conversation before it, as the one member of a JSON object.
     *
     * @param memory charged before it is unpacked
     * @throws dev.tollgate.base.error.ApiException if memory is short
     */
    public byte[] inputIn(String member, Lease memory) {
        byte[] before = ("{\"" + member + "\":").getBytes(StandardCharsets.US_ASCII);
        charge(memory, before.length + 1L + (isApart() ? inputBytes : inputBytes + rest.plainBytes()));
        byte[] object = isApart()
                ? apart.plain(before.length, 1)
                : Arrays.copyOf(rest.plain(before.length, 0), before.length + inputBytes + 1);
        System.arraycopy(before, 0, object, 0, before.length);
        object[object.length - 1] = '}';
        return object;
    }

    /**
     * Unpacks the object of the response, JSON in UTF-8.
     *
     * @param memory charged before it is unpacked
     * @throws dev.tollgate.base.error.ApiException if memory is short
     */
    public byte[] response(Lease memory) {
        int from = isApart() ? 0 : inputBytes;
        charge(memory, 2L * rest.plainBytes());
        byte[] plain = rest.plain(0, 0);
        return from == 0 ? plain : Arrays.copyOfRange(plain, from, plain.length);
    }

    private boolean isApart() {
        return apart.bytes().length > 0;
    }

    private static void charge(Lease memory, long bytes) {
        if (bytes > LARGE_BYTES) {
            memory.becomeLarge();
        }
        memory.take(bytes);
    }
}
