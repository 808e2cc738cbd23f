package dev.tollgate.calls.kept;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.secrets.SecretBox;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * A kept response, still compressed: it takes its whole size only if it is read. Immutable.
 *
 * @param id of its task
 * @param previousId the task of the response that it continues; null if it continues none
 * @param callId the call of a response that was made in the background; null if it has the id of its call
 * @param inputBytes the length of the input, unpacked
 * @param apart the input if it was compressed on its own; empty otherwise
 * @param rest the response; the input stands before it if it was not compressed on its own
 */
public record KeptResponse(
        String id, @Nullable String previousId, @Nullable String callId, int inputBytes, Packed apart, Packed rest) {

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

    /** Compressed bytes. Immutable. @param plainBytes the length before the compression */
    public record Packed(byte[] bytes, int plainBytes) {

        private static final int PART_BYTES = 8 << 10;

        /** Compresses quickly: a large body would take four times as long with the usual effort, for a tenth less. */
        public static Packed of(byte[] plain) {
            Deflater deflater = new Deflater(Deflater.BEST_SPEED);
            try {
                deflater.setInput(plain);
                deflater.finish();
                ByteArrayOutputStream packed = new ByteArrayOutputStream(plain.length / 4 + 64);
                byte[] part = new byte[Math.min(PART_BYTES, plain.length + 64)];
                while (!deflater.finished()) {
                    packed.write(part, 0, deflater.deflate(part));
                }
                return new Packed(packed.toByteArray(), plain.length);
            } finally {
                deflater.end();
            }
        }

        /**
         * Unpacks the bytes.
         *
         * @param before how many bytes to leave free before them
         * @param after how many bytes to leave free behind them
         * @throws StoreException if these are not compressed bytes of that length
         */
        byte[] plain(int before, int after) {
            Inflater inflater = new Inflater();
            try {
                inflater.setInput(bytes);
                byte[] plain = new byte[before + plainBytes + after];
                int end = before + plainBytes;
                int filled = before;
                while (filled < end) {
                    int more = inflater.inflate(plain, filled, end - filled);
                    if (more == 0) {
                        throw new StoreException("a kept response ends too early");
                    }
                    filled += more;
                }
                return plain;
            } catch (DataFormatException e) {
                throw new StoreException("a kept response cannot be unpacked", e);
            } finally {
                inflater.end();
            }
        }
    }

    /**
     * The form of a row's content: the lengths of the input and its compressed bytes, then those bytes, then the rest, compressed. The rest is the
     * response; the input stands before it if it is not compressed on its own. Thread-safe.
     */
    static final class Seal {

        /** Part of the key; never to be changed. */
        private static final String PURPOSE = "kept responses";

        private static final int HEADING_BYTES = 3 * Integer.BYTES;

        private final SecretBox.Purpose sealing;

        Seal(SecretBox secrets) {
            this.sealing = secrets.purpose(PURPOSE);
        }

        /** Returns null if they are too large. */
        @Nullable
        KeptEntry entry(
                String id,
                KeptForm form,
                String accountId,
                KeyOwner owner,
                @Nullable String previousId,
                KeptInput input,
                byte[] response) {
            byte[] first = input.packed().bytes();
            if (input.isTooLarge()
                    || response.length
                            > KeptResponses
                                    .RESPONSE_BYTES_MAX) { // an event loop waits while the response is compressed
                return null;
            }
            Packed rest = Packed.of(ByteBuffer.allocate(input.plain().length + response.length)
                    .put(input.plain())
                    .put(response)
                    .array());
            if (first.length + rest.bytes().length > KeptResponses.RESPONSE_BYTES_MAX) {
                return null;
            }
            byte[] content = ByteBuffer.allocate(HEADING_BYTES + first.length + rest.bytes().length)
                    .putInt(input.bytes())
                    .putInt(first.length)
                    .putInt(rest.plainBytes())
                    .put(first)
                    .put(rest.bytes())
                    .array();
            byte[] sealed = sealing.seal(content, form.context(accountId, id));
            long plainBytes = (long) input.bytes() + response.length;
            return new KeptEntry(id, form, accountId, owner, previousId, plainBytes, sealed, input.isBrief());
        }

        /** Returns whether a row is under another key than the present sealing key. */
        boolean isOld(KeptResponses.Row row) {
            return sealing.isOld(row.sealed());
        }

        /** Returns a row's content under the present sealing key. @throws StoreException if it was changed, or is another row's */
        byte[] anew(String accountId, KeptForm form, KeptResponses.Row row) {
            return sealing.anew(row.sealed(), form.context(accountId, row.id()));
        }

        /** @throws StoreException if it was changed, or is another row's */
        KeptResponse opened(String accountId, KeptForm form, KeptResponses.Row row) {
            try {
                ByteBuffer content = ByteBuffer.wrap(sealing.open(row.sealed(), form.context(accountId, row.id())));
                int inputBytes = content.getInt();
                byte[] first = new byte[content.getInt()];
                int restBytes = content.getInt();
                content.get(first);
                byte[] last = new byte[content.remaining()];
                content.get(last);
                Packed rest = new Packed(last, restBytes);
                Packed apart = new Packed(first, first.length > 0 ? inputBytes : 0);
                return new KeptResponse(row.id(), row.previousId(), row.callId(), inputBytes, apart, rest);
            } catch (BufferUnderflowException | NegativeArraySizeException e) {
                throw new StoreException("a kept response cannot be read: " + row.id(), e);
            }
        }
    }
}
