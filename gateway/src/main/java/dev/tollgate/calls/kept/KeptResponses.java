package dev.tollgate.calls.kept;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.jobs.SeenJobs;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import dev.tollgate.storage.secrets.SealedValues;
import dev.tollgate.storage.secrets.SecretBox;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes entries of responses that are to be kept, and finds, deletes and forgets them. {@link KeptPart} writes. Each door sees the responses of its own
 * form alone.
 */
public final class KeptResponses {

    /** How long a response is kept after its last use. */
    public static final Duration KEPT = Duration.ofDays(30);

    /** The interval between sweeps. */
    public static final Duration SWEEP_EVERY = Duration.ofMinutes(1);

    /** The most that the responses of one account may take, apart from the response that exceeds it. */
    public static final long SHARE_BYTES = 256L << 20;

    /** The most that input and response may take when they are compressed. Longer responses are not kept. */
    public static final int RESPONSE_BYTES_MAX = 1 << 20;

    /** The most responses that one conversation may have. */
    public static final int LINKS_MAX = 1_000;

    private static final Duration TOUCH_AFTER = Duration.ofDays(1);
    private static final int FORGET_ROWS = 500;
    private static final int FETCHED_ROWS = 8;

    /**
     * The condition of a key that reads: its owner's, its own, or its own from a program that kept no owners. Takes the owner's id, and the key's first id
     * twice.
     */
    static final String READABLE = """
            (k.owner = ? OR k.origin_id = ? OR k.origin_id = ''
                AND EXISTS (SELECT 1 FROM call c WHERE c.id = k.id AND c.key_id = ?))""";

    private static final String COLUMNS =
            "SELECT k.id, k.previous_id, k.plain_bytes, k.sealed, k.used_at, k.bytes, k.call_id FROM ";
    private static final String CHAIN =
            """
            WITH RECURSIVE link (id, previous_id, place) AS (
                SELECT k.id, k.previous_id, 1 FROM kept_response k WHERE k.account_id = ? AND k.id = ? AND k.form = ? AND %1$s
                UNION ALL
                SELECT k.id, k.previous_id, link.place + 1 FROM link
                    JOIN kept_response k ON k.account_id = ? AND k.id = link.previous_id AND k.form = ? AND %1$s
                WHERE link.place < ?)
            """.formatted(READABLE) + COLUMNS + "link JOIN kept_response k ON k.id = link.id ORDER BY link.place";
    private static final String ONE =
            COLUMNS + "kept_response k WHERE k.account_id = ? AND k.id = ? AND k.form = ? AND " + READABLE;
    private static final String TOTAL = "SELECT COALESCE(SUM(bytes), 0) FROM kept_response";

    private static final Logger log = LoggerFactory.getLogger(KeptResponses.class);

    private final Database database;
    private final Writer writer;
    private final KeptResponse.Seal seal;
    private final KeptForm form;
    private final InstantSource clock;
    private final boolean isOn;
    private final long storeBytes;
    private final long chainBytes;

    /**
     * @param isOn whether further responses are kept
     * @param storeBytes the most that the responses of all accounts may take
     * @param chainBytes the most that all contents of one conversation may take, unpacked
     */
    public KeptResponses(
            Database database,
            Writer writer,
            SecretBox secrets,
            InstantSource clock,
            boolean isOn,
            long storeBytes,
            long chainBytes) {
        this(database, writer, new KeptResponse.Seal(secrets), KeptForm.RESPONSES, clock, isOn, storeBytes, chainBytes);
    }

    private KeptResponses(
            Database database,
            Writer writer,
            KeptResponse.Seal seal,
            KeptForm form,
            InstantSource clock,
            boolean isOn,
            long storeBytes,
            long chainBytes) {
        this.database = database;
        this.writer = writer;
        this.seal = seal;
        this.form = form;
        this.clock = clock;
        this.isOn = isOn;
        this.storeBytes = storeBytes;
        this.chainBytes = chainBytes;
    }

    /** Returns the same store for another door. */
    public KeptResponses of(KeptForm other) {
        return new KeptResponses(database, writer, seal, other, clock, isOn, storeBytes, chainBytes);
    }

    /** Returns the part that goes after the ledger, whose outcomes it reads. */
    public static Part<?> part() {
        return part(SHARE_BYTES);
    }

    /** @param shareBytes what the responses of one account may take */
    public static Part<?> part(long shareBytes) {
        return new KeptPart(shareBytes);
    }

    /** Returns whether responses are kept. Those that were kept before can be read in any case. */
    public boolean isOn() {
        return isOn;
    }

    /** Returns the most bytes that one conversation may have, as a body. */
    public long chainBytes() {
        return chainBytes;
    }

    // ---- to keep ----

    /**
     * Compresses and encrypts a call's input and response.
     *
     * @param id of the task
     * @param owner of the key that made it
     * @param previousId the task of the response that it continues
     * @return null if they are too large to be kept
     */
    public @Nullable KeptEntry entry(
            String id,
            String accountId,
            KeyOwner owner,
            @Nullable String previousId,
            KeptInput input,
            byte[] response) {
        return seal.entry(id, form, accountId, owner, previousId, input, response);
    }

    // ---- to find ----

    /** A row as it is read, before it is opened. */
    record Row(
            String id,
            @Nullable String previousId,
            long plainBytes,
            byte[] sealed,
            long usedAt,
            @Nullable String callId) {

        boolean isBrief() {
            return SeenJobs.isBrief(id, usedAt);
        }

        /**
         * Reads the columns in the order of the components, except the length of the content, which is read before it.
         *
         * @param memory charged with what the content takes, opened too, but not unpacked, before it is read
         * @throws dev.tollgate.base.error.ApiException if memory is short
         */
        static Row read(ResultSet row, Lease memory) throws SQLException {
            long bytes = 2 * row.getLong(6);
            if (bytes > KeptResponse.LARGE_BYTES) {
                memory.becomeLarge();
            }
            memory.take(bytes);
            return new Row(
                    row.getString(1),
                    row.getString(2),
                    row.getLong(3),
                    row.getBytes(4),
                    row.getLong(5),
                    row.getString(7));
        }
    }

    /**
     * The responses of a conversation, the first one first. If one cannot be had, there are none.
     *
     * @param state whether all of them were found
     */
    public record Chain(State state, List<KeptResponse> links) {

        /** What was found of a conversation. */
        public enum State {
            WHOLE,
            /** A response of it does not exist, or not any more. */
            BROKEN,
            /** The last response of it is still being made. */
            OPEN,
            /** It has too many responses or bytes. */
            TOO_LONG
        }
    }

    /**
     * Reads a response and all before it. Blocks.
     *
     * @param reads the owner of the key: what another has kept is not found
     * @param memory charged with the contents as they are stored
     * @throws StoreException if they cannot be read
     * @throws dev.tollgate.base.error.ApiException if memory is short
     */
    public Chain chain(String accountId, KeyOwner reads, String id, Lease memory) {
        return chain(accountId, reads, id, chainBytes, memory);
    }

    Chain chain(String accountId, KeyOwner reads, String id, long bytesMax, Lease memory) {
        List<Row> rows = new ArrayList<>();
        boolean isShort = database.readFor(accountId, sql -> {
            long[] left = {bytesMax};
            sql.scan(
                    CHAIN,
                    FETCHED_ROWS,
                    it -> {
                        left[0] -= it.getLong(3);
                        if (left[0] >= 0) {
                            rows.add(Row.read(it, memory));
                        }
                        return left[0] >= 0;
                    },
                    accountId,
                    id,
                    form.code(),
                    reads.id(),
                    reads.originId(),
                    reads.originId(),
                    accountId,
                    form.code(),
                    reads.id(),
                    reads.originId(),
                    reads.originId(),
                    LINKS_MAX + 1);
            return left[0] >= 0;
        });
        if (!isShort || rows.size() > LINKS_MAX) {
            return new Chain(Chain.State.TOO_LONG, List.of());
        }
        if (rows.isEmpty()
                || rows.getLast().previousId() != null
                || rows.stream().anyMatch(Row::isBrief)) {
            return new Chain(Chain.State.BROKEN, List.of());
        }
        touch(accountId, rows);
        return new Chain(Chain.State.WHOLE, opened(accountId, rows.reversed()));
    }

    private List<KeptResponse> opened(String accountId, List<Row> rows) {
        return rows.stream().map(row -> seal.opened(accountId, form, row)).toList();
    }

    /**
     * Reads responses by their ids. Blocks. Those that do not exist, or that this key may not read, are left out.
     *
     * @param reads the owner of the key
     * @throws StoreException if they cannot be read
     */
    public Map<String, KeptResponse> find(String accountId, KeyOwner reads, Collection<String> ids, Lease memory) {
        List<Row> rows = database.readFor(accountId, sql -> {
            List<Row> found = new ArrayList<>();
            for (String id : ids) {
                Row row = sql.one(
                        ONE,
                        it -> Row.read(it, memory),
                        accountId,
                        id,
                        form.code(),
                        reads.id(),
                        reads.originId(),
                        reads.originId());
                if (row != null) {
                    found.add(row);
                }
            }
            return found;
        });
        touch(accountId, rows);
        Map<String, KeptResponse> found = new HashMap<>();
        opened(accountId, rows).forEach(each -> found.put(each.id(), each));
        return found;
    }

    /** Reads one response; null if the account has none of this id that the key may read. Blocks. */
    public @Nullable KeptResponse find(String accountId, KeyOwner reads, String id, Lease memory) {
        return find(accountId, reads, List.of(id), memory).get(id);
    }

    /** Not waited for: if a note is lost, the next use makes it again. What is under an older key is sealed again in the same unit (C19). */
    private void touch(String accountId, List<Row> rows) {
        Instant now = clock.instant();
        long before = now.minus(TOUCH_AFTER).toEpochMilli();
        List<Row> stale = rows.stream()
                .filter(row -> row.usedAt() < before && !row.isBrief())
                .sorted(Comparator.comparing(Row::id))
                .toList();
        if (!stale.isEmpty()) {
            List<Change> notes = new ArrayList<>();
            notes.add(new KeptPart.Touch(accountId, stale.stream().map(Row::id).toList(), now));
            stale.stream()
                    .filter(seal::isOld)
                    .forEach(row -> notes.add(new KeptPart.Anew(accountId, row.id(), seal.anew(accountId, form, row))));
            writer.commit(Unit.of(notes)).whenComplete((unit, failure) -> {
                if (failure != null) {
                    log.debug("the use of kept responses was not noted", failure);
                }
            });
        }
    }

    // ---- to forget ----

    /**
     * Deletes a response. Blocks.
     *
     * @param reads the owner of the key
     * @return whether the account had it, and the key may read it
     * @throws StoreException if the database does not accept it
     */
    public boolean delete(String accountId, KeyOwner reads, String id) {
        KeptPart.Delete delete = new KeptPart.Delete(accountId, reads, form, id);
        writer.commitAndWait(Unit.of(delete));
        return delete.outcome();
    }

    /**
     * Forgets responses that have not been used for {@link #KEPT}, and the least recently used ones above the limit for all accounts, a few rows in
     * each unit. Blocks.
     *
     * @throws StoreException if the database does not accept it; the next time may
     */
    public void sweep() {
        KeptPart.Forget.Freed freed;
        do {
            long over = Math.max(0, database.read(sql -> sql.number(TOTAL)) - storeBytes);
            KeptPart.Forget forget = new KeptPart.Forget(clock.instant().minus(KEPT), over, FORGET_ROWS);
            writer.commitAndWait(Unit.of(forget));
            freed = forget.outcome();
        } while (freed.rows() == FORGET_ROWS);
    }

    /** Returns the kept responses of an account, for the export and the erasure of accounts. */
    public static Holding holding() {
        return Holding.of(ExportFile.of(
                        "kept-responses.csv",
                        "responses and interactions stored to be continued, without their content",
                        "kept_response c",
                        "c.account_id = :account",
                        "c.id c.previous_id c.bytes c.used_at c.owner c.form c.call_id",
                        "c.id"))
                .with(
                        RowErasure.ofAccount("DELETE FROM kept_response WHERE account_id = ?"),
                        RowErasure.ofAccount("DELETE FROM kept_share WHERE account_id = ?"));
    }

    // ---- what is sealed ----

    /** Returns the contents of kept responses as they lie in the database. */
    public static SealedValues sealed() {
        return SealedValues.ending(
                "kept responses",
                "sealed",
                false,
                "kept_response",
                "used_at",
                KEPT,
                "DELETE FROM kept_response WHERE id IN (SELECT id FROM kept_response WHERE %s LIMIT 500)");
    }
}
