package dev.tollgate.calls.kept;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.storage.Change;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A response that is ready to be kept.
 *
 * @param id of its task
 * @param form the door that can read it
 * @param owner of the key that made it
 * @param previousId the task of the response that it continues
 * @param plainBytes the length of input and response
 * @param sealed both, compressed and encrypted
 */
public record KeptEntry(
        String id,
        KeptForm form,
        String accountId,
        KeyOwner owner,
        @Nullable String previousId,
        long plainBytes,
        byte[] sealed) {

    /** Bytes of a row in addition to what is encrypted. */
    private static final int ROW_BYTES = 256;

    /** Returns the changes that keep it, for the unit of the settlement. */
    public List<Change> keeping(Settle settle) {
        return List.of(new KeptPart.Keep(settle, this));
    }

    /** Returns what it takes of the account's share. */
    long bytes() {
        return bytes(sealed);
    }

    /** Returns what a row with such a content takes. */
    static long bytes(byte[] sealed) {
        return (long) ROW_BYTES + sealed.length;
    }
}
