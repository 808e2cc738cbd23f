package dev.tollgate.books.receipts;

import dev.tollgate.base.json.CanonicalJson;
import dev.tollgate.books.receipts.ReceiptsPart.ReceiptChange;
import dev.tollgate.books.receipts.ReceiptsPart.ReceiptRows;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Query;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.storage.sql.Reads;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Finds receipts, and their part of the writer's work. Reads block. */
public final class Receipts {

    /** The most receipts of one page (D42). */
    public static final int PAGE_MAX = 1_000;

    private static final String SELECT_BY_TASK =
            "SELECT sequence, body FROM receipt WHERE task_id = ? AND account_id = ?";
    private static final String SELECT_PAGE =
            "SELECT sequence, body FROM receipt WHERE account_id = ? AND sequence > ? ORDER BY sequence LIMIT ?";

    private final Database database;
    private final SecretBox secrets;

    public Receipts(Database database, SecretBox secrets) {
        this.database = database;
        this.secrets = secrets;
    }

    /** Returns the part, which follows the ledger and reads its outcomes. */
    public Part<?> part() {
        return new ReceiptsPart();
    }

    /** Returns whether there is a signing key; the first start sets one. */
    public boolean hasSigningKey() {
        return database.read(sql -> activeKeyId(sql) != null);
    }

    /** Returns a call's receipt if the call is this account's; a call of another account counts as unknown (D28). */
    public Unsigned find(String accountId, String taskId) {
        return unsigned(accountId, sql -> sql.list(SELECT_BY_TASK, Receipts::body, taskId, accountId));
    }

    /** Returns a call's receipt in canonical form without its signature; empty if the account has none. Blocks. */
    public Optional<String> text(String accountId, String taskId) {
        return database.readFor(accountId, sql -> sql.list(SELECT_BY_TASK, Receipts::body, taskId, accountId)).stream()
                .findFirst()
                .map(Body::text);
    }

    /**
     * Returns an account's receipts in their order.
     *
     * @param after the last sequence of the previous page, or 0
     * @param limit 1 to {@value #PAGE_MAX}
     */
    public Unsigned page(String accountId, long after, int limit) {
        if (limit < 1 || limit > PAGE_MAX) {
            throw new IllegalArgumentException("a page has 1 to " + PAGE_MAX + " receipts, not " + limit);
        }
        return unsigned(accountId, sql -> sql.list(SELECT_PAGE, Receipts::body, accountId, after, limit));
    }

    /** Returns the end of an account's chain: 0 and 64 zeros before the first receipt. */
    public Unsigned head(String accountId, Instant now) {
        return unsigned(accountId, sql -> {
            List<Body> last = sql.list(ReceiptRows.SELECT_LAST, Receipts::body, accountId);
            String keyId = activeKeyId(sql);
            long sequence = last.isEmpty() ? 0L : last.getFirst().sequence();
            ObjectNode head = JsonNodeFactory.instance.objectNode();
            head.put("account", accountId);
            head.put("sequence", sequence);
            head.put(
                    "hash",
                    last.isEmpty() ? Digest.NONE : Digest.of(last.getFirst().text()));
            head.put("time", Times.text(now));
            head.put("key_id", keyId == null ? "" : keyId);
            return List.of(new Body(sequence, CanonicalJson.text(head)));
        });
    }

    /** Returns the public keys as JSON, including retired keys, oldest first. */
    public String keys() {
        return keys(database);
    }

    /** Returns the public keys as JSON, without the need for a secret key. */
    public static String keys(Database database) {
        return SigningKeys.json(database.read(SigningKeys::all));
    }

    private Unsigned unsigned(String accountId, Query<List<Body>> query) {
        return database.readFor(accountId, sql -> new Unsigned(query.run(sql), SigningKeys.all(sql), secrets));
    }

    private static Body body(ResultSet row) throws SQLException {
        return new Body(row.getLong(1), row.getString(2));
    }

    private static @Nullable String activeKeyId(Reads sql) throws SQLException {
        return sql.one(ReceiptRows.SELECT_ACTIVE, row -> row.getString(1));
    }

    /** Receipts, or the end of a chain, as they were read; signing them is slow and needs no snapshot. One thread. */
    public static final class Unsigned {

        private final List<Body> bodies;
        private final Signer signer;

        Unsigned(List<Body> bodies, List<SigningKey> keys, SecretBox secrets) {
            this.bodies = bodies;
            this.signer = new Signer(keys, secrets);
        }

        /** Signs the receipts in their order and returns their canonical form. Keeps a core busy for 0.4 ms each. */
        public List<String> sign() {
            return bodies.stream().map(body -> signer.sign(body.text())).toList();
        }
    }

    /**
     * A receipt as it is kept.
     *
     * @param text the canonical form without the signature
     */
    record Body(long sequence, String text) {}

    /** Sets the signing key of new receipts. Earlier receipts keep their key, which stays in the database. */
    public static final class SetSigningKey implements ReceiptChange {

        private final SigningKey key;
        private final boolean replaces;

        private SetSigningKey(SigningKey key, boolean replaces) {
            this.key = key;
            this.replaces = replaces;
        }

        /** Makes a change that does nothing if there is a signing key. */
        public static SetSigningKey first(SecretBox secrets, SecureRandom random, Instant now) {
            return new SetSigningKey(SigningKey.random(secrets, random, now), false);
        }

        /** Makes a change that retires the present signing key. */
        public static SetSigningKey next(SecretBox secrets, SecureRandom random, Instant now) {
            return new SetSigningKey(SigningKey.random(secrets, random, now), true);
        }

        SigningKey key() {
            return key;
        }

        boolean replaces() {
            return replaces;
        }
    }
}
