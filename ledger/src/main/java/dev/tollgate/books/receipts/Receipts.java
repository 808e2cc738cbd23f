package dev.tollgate.books.receipts;

import dev.tollgate.base.json.CanonicalJson;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.books.calls.CallRows;
import dev.tollgate.books.calls.EndedCall;
import dev.tollgate.books.calls.ReceiptText;
import dev.tollgate.books.ledger.SetSigningKey;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Query;
import dev.tollgate.storage.secrets.SealedValues;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.storage.sql.Reads;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Finds receipts: they are rendered from the rows of their calls. Reads block. */
public record Receipts(Database database, SecretBox secrets) {

    /** The most receipts of one page (D42). */
    public static final int PAGE_MAX = 1_000;

    private static final String ACTIVE_KEY = "SELECT id FROM signing_key WHERE retired_at IS NULL";

    private static final String COLUMNS = "SELECT " + CallRows.SELECTED
            + ", (SELECT k.id FROM signing_key k WHERE k.number = c.receipt_key) AS signing_key FROM call c WHERE ";
    private static final String OF_CALL = COLUMNS + "c.id = ? AND c.account_id = ? AND c.charged_micros > 0";
    private static final String PAGE =
            COLUMNS + "c.account_id = ? AND c.number >= ? AND c.charged_micros > 0 ORDER BY c.number LIMIT ?";
    private static final String END = "SELECT last_number, receipts, receipt_hash FROM account WHERE id = ?";

    private static final String IS_BEFORE = """
            COALESCE((SELECT c.receipts FROM call c WHERE c.account_id = ? AND c.number >= (low + high) / 2 ORDER BY c.number LIMIT 1)
                < ?, FALSE)""";

    /** Halves the numbers until the first call with so many receipts is found: their count never falls. */
    private static final String NUMBER_OF = """
            WITH RECURSIVE bounds(low, high) AS (
                SELECT CAST(1 AS BIGINT), CAST(? AS BIGINT)
                UNION ALL
                SELECT CASE WHEN %1$s THEN (low + high) / 2 + 1 ELSE low END, CASE WHEN %1$s THEN high ELSE (low + high) / 2 END
                FROM bounds WHERE low < high)
            SELECT MAX(low) FROM bounds""".formatted(IS_BEFORE);

    /** Returns whether there is a signing key; the first start sets one. */
    public boolean hasSigningKey() {
        return database.read(sql -> activeKeyId(sql) != null);
    }

    /** Returns a call's receipt if the call is this account's; a call of another account counts as unknown (D28). */
    public Unsigned find(String accountId, String taskId) {
        return unsigned(accountId, sql -> {
            Charge charge = sql.one(OF_CALL, Receipts::charge, taskId, accountId);
            return charge == null ? List.of() : texts(sql, accountId, List.of(charge));
        });
    }

    /** Returns the hash that the row of a charge has for its receipt, in hexadecimal; zeros if there is none. */
    String recordedHash(String accountId, long sequence) {
        return database.readFor(accountId, sql -> {
            End end = sql.one(END, Receipts::end, accountId);
            if (end == null || sequence < 1 || sequence > end.receipts()) {
                return ReceiptText.hex(null);
            }
            long number = numberOf(sql, accountId, sequence, end.lastNumber());
            List<Charge> found = sql.list(PAGE, Receipts::charge, accountId, number, 1);
            return ReceiptText.hex(found.isEmpty() ? null : link(found.getFirst()));
        });
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
        return unsigned(accountId, sql -> {
            End end = sql.one(END, Receipts::end, accountId);
            if (end == null || after >= end.receipts()) {
                return List.of();
            }
            long from = numberOf(sql, accountId, after + 1, end.lastNumber());
            return texts(sql, accountId, sql.list(PAGE, Receipts::charge, accountId, from, limit));
        });
    }

    private static long numberOf(Reads sql, String accountId, long receipt, long lastNumber) throws SQLException {
        return sql.number(NUMBER_OF, lastNumber, accountId, receipt, accountId, receipt);
    }

    /** Renders charges that follow one another in their account's chain. */
    private static List<Body> texts(Reads sql, String accountId, List<Charge> charges) throws SQLException {
        if (charges.isEmpty()) {
            return List.of();
        }
        EndedCall first = charges.getFirst().call();
        byte[] previous = null;
        if (first.receipts() > 1) {
            long before = numberOf(sql, accountId, first.receipts() - 1, first.number() - 1);
            previous =
                    link(sql.list(PAGE, Receipts::charge, accountId, before, 1).getFirst());
        }
        List<Body> bodies = new ArrayList<>();
        Utf8Buffer room = new Utf8Buffer();
        for (Charge charge : charges) {
            ReceiptText.write(room, charge.call(), charge.keyId(), ReceiptText.hex(previous));
            bodies.add(new Body(charge.call().receipts(), new String(room.toByteArray(), StandardCharsets.UTF_8)));
            previous = link(charge);
        }
        return bodies;
    }

    private static byte @Nullable [] link(Charge charge) {
        EndedCall.ReceiptLink link = charge.call().receipt();
        return link == null ? null : link.hash();
    }

    private static Charge charge(ResultSet row) throws SQLException {
        String keyId = row.getString("signing_key");
        return new Charge(CallRows.read(row), keyId == null ? "" : keyId);
    }

    /** @param keyId the signing key */
    private record Charge(EndedCall call, String keyId) {}

    /** The end of an account's chain. */
    private record End(long lastNumber, long receipts, byte @Nullable [] hash) {}

    private static End end(ResultSet row) throws SQLException {
        return new End(row.getLong(1), row.getLong(2), row.getBytes(3));
    }

    /** Returns the end of an account's chain: 0 and 64 zeros before the first receipt. */
    public Unsigned head(String accountId, Instant now) {
        return unsigned(accountId, sql -> {
            End end = sql.one(END, Receipts::end, accountId);
            String keyId = activeKeyId(sql);
            long sequence = end == null ? 0L : end.receipts();
            ObjectNode head = JsonNodeFactory.instance.objectNode();
            head.put("account", accountId);
            head.put("sequence", sequence);
            head.put("hash", ReceiptText.hex(end == null ? null : end.hash()));
            head.put("time", ReceiptText.time(now));
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

    private static @Nullable String activeKeyId(Reads sql) throws SQLException {
        return sql.one(ACTIVE_KEY, row -> row.getString(1));
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

    /** Makes a change that sets the first signing key, and does nothing if there is one. */
    public static SetSigningKey firstKey(SecretBox secrets, SecureRandom random, Instant now) {
        return SigningKey.random(secrets, random, now).setting(false);
    }

    /** Returns the signing keys as they lie in the database. */
    public static SealedValues sealed(SecretBox secrets) {
        return SigningKey.sealed(secrets);
    }

    /** Makes a change that retires the present signing key. */
    public static SetSigningKey nextKey(SecretBox secrets, SecureRandom random, Instant now) {
        return SigningKey.random(secrets, random, now).setting(true);
    }
}
