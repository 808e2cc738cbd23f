package dev.tollgate.calls.kept;

import dev.tollgate.storage.SecretBox;
import dev.tollgate.storage.StoreException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The form of a row's content: the lengths of the input and its compressed bytes, then those bytes, then the rest, compressed. The rest is the
 * response; the input stands before it if it is not compressed on its own. Thread-safe.
 */
final class KeptSeal {

    /** The most that input and response may take when they are compressed. */
    static final int BYTES_MAX = 1 << 20;

    /** Part of the key; never to be changed. */
    private static final String PURPOSE = "kept responses";

    private static final int HEADING_BYTES = 3 * Integer.BYTES;

    private final SecretBox.Purpose sealing;

    KeptSeal(SecretBox secrets) {
        this.sealing = secrets.purpose(PURPOSE);
    }

    /** Returns null if they are too large. */
    @Nullable
    KeptEntry entry(String id, String accountId, @Nullable String previousId, KeptInput input, byte[] response) {
        byte[] first = input.packed().bytes();
        if (input.isTooLarge() || response.length > BYTES_MAX) { // an event loop waits while the response is compressed
            return null;
        }
        Packed rest = Packed.of(ByteBuffer.allocate(input.plain().length + response.length)
                .put(input.plain())
                .put(response)
                .array());
        if (first.length + rest.bytes().length > BYTES_MAX) {
            return null;
        }
        byte[] content = ByteBuffer.allocate(HEADING_BYTES + first.length + rest.bytes().length)
                .putInt(input.bytes())
                .putInt(first.length)
                .putInt(rest.plainBytes())
                .put(first)
                .put(rest.bytes())
                .array();
        byte[] sealed = sealing.seal(content, context(accountId, id));
        return new KeptEntry(id, accountId, previousId, (long) input.bytes() + response.length, sealed);
    }

    /** @throws StoreException if it was changed, or is another row's */
    KeptResponse opened(String accountId, KeptRow row) {
        try {
            ByteBuffer content = ByteBuffer.wrap(sealing.open(row.sealed(), context(accountId, row.id())));
            int inputBytes = content.getInt();
            byte[] first = new byte[content.getInt()];
            int restBytes = content.getInt();
            content.get(first);
            byte[] last = new byte[content.remaining()];
            content.get(last);
            Packed rest = new Packed(last, restBytes);
            Packed apart = new Packed(first, first.length > 0 ? inputBytes : 0);
            return new KeptResponse(row.id(), row.previousId(), inputBytes, apart, rest);
        } catch (BufferUnderflowException | NegativeArraySizeException e) {
            throw new StoreException("a kept response cannot be read: " + row.id(), e);
        }
    }

    private static String context(String accountId, String id) {
        return "kept response " + id + " of " + accountId;
    }
}
