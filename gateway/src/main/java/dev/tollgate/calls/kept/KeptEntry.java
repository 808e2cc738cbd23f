package dev.tollgate.calls.kept;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.storage.Change;
import java.time.Duration;
import java.time.Instant;
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
 * @param isBrief whether it is kept for {@link #BRIEF} alone
 */
public record KeptEntry(
        String id,
        KeptForm form,
        String accountId,
        KeyOwner owner,
        @Nullable String previousId,
        long plainBytes,
        byte[] sealed,
        boolean isBrief) {

    /** The time after its end for which a response in the background is kept that is not to be stored: as at OpenAI, until it has been fetched. */
    public static final Duration BRIEF = Duration.ofMinutes(10);

    /** Bytes of a row in addition to what is encrypted. */
    private static final int ROW_BYTES = 256;

    /** Returns the changes that keep it, for the unit of the settlement. */
    public List<Change> keeping(Settle settle) {
        return List.of(new KeptPart.Keep(settle, this));
    }

    /** Returns its last use when it is kept: what is kept briefly counts as long unused, which no other response is, and its use changes nothing. */
    long usedAt(Instant at) {
        return (isBrief ? at.plus(BRIEF).minus(KeptResponses.KEPT) : at).toEpochMilli();
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
