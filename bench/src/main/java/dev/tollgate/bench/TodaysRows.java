package dev.tollgate.bench;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The rows of schema 60: a reservation, three entries, a task and a receipt with five texts of JSON. */
final class TodaysRows implements CallRows {

    private static final String ENTRIES =
            "(?%1$d, ?%3$d, ?%4$d, 'reservation', ?%2$d, 'available', 'reserved', ?%5$d, NULL), "
                    + "(?%1$d, ?%6$d, ?%7$d, 'charge', ?%2$d, 'reserved', 'revenue', ?%8$d, NULL), "
                    + "(?%1$d, ?%9$d, ?%10$d, 'release', ?%2$d, 'reserved', 'available', ?%11$d, NULL)";

    /** The hash of each account's last receipt, read for a batch. */
    private final Map<String, String> ends = new HashMap<>();

    @Override
    public List<String> tables(boolean isEmbedded) {
        String clustered = isEmbedded ? " WITHOUT ROWID" : "";
        return List.of(
                """
                CREATE TABLE reservation (
                    id TEXT NOT NULL PRIMARY KEY, account_id TEXT NOT NULL, key_id TEXT NOT NULL, created_at BIGINT NOT NULL,
                    state TEXT NOT NULL CHECK (state = 'open' OR state = 'settled' OR state = 'released' OR state = 'expired'),
                    held_micros BIGINT NOT NULL CHECK (held_micros >= 0), charged_micros BIGINT NOT NULL DEFAULT 0,
                    first_sequence BIGINT NOT NULL, last_sequence BIGINT NOT NULL, sandbox_micros BIGINT NOT NULL CHECK (sandbox_micros >= 0),
                    CHECK (charged_micros >= 0 AND charged_micros <= held_micros))""" + clustered,
                """
                CREATE TABLE entry (
                    account_id TEXT NOT NULL, sequence BIGINT NOT NULL CHECK (sequence > 0), created_at BIGINT NOT NULL,
                    kind TEXT NOT NULL CHECK (kind = 'reservation' OR kind = 'charge' OR kind = 'release' OR kind = 'top_up'),
                    reservation_id TEXT, from_bucket TEXT NOT NULL, to_bucket TEXT NOT NULL,
                    amount_micros BIGINT NOT NULL CHECK (amount_micros > 0), reason TEXT,
                    PRIMARY KEY (account_id, sequence), CHECK (from_bucket <> to_bucket))""" + clustered,
                "CREATE INDEX entry_shortfall ON entry (account_id, created_at) WHERE from_bucket = 'shortfall'",
                "CREATE INDEX entry_beside_calls ON entry (account_id, sequence) WHERE kind = 'top_up'",
                """
                CREATE TABLE task (
                    id TEXT NOT NULL PRIMARY KEY, account_id TEXT NOT NULL, key_id TEXT NOT NULL, door TEXT NOT NULL, created_at BIGINT NOT NULL,
                    model TEXT NOT NULL, model_id TEXT NOT NULL, status TEXT NOT NULL CHECK (status = 'completed' OR status = 'failed'),
                    completed_at BIGINT, charge_micros BIGINT NOT NULL CHECK (charge_micros >= 0), usage TEXT, usage_flags TEXT NOT NULL,
                    max_tokens_applied BIGINT, pricing TEXT, error_code TEXT, error_message TEXT, course TEXT, costs TEXT, labels TEXT NOT NULL)""",
                "CREATE INDEX task_account ON task (account_id, id, status, model_id, key_id, door, charge_micros, usage_flags)",
                """
                CREATE TABLE receipt (
                    account_id TEXT NOT NULL, sequence BIGINT NOT NULL CHECK (sequence > 0), task_id TEXT NOT NULL, body TEXT NOT NULL,
                    PRIMARY KEY (account_id, sequence))""",
                "CREATE UNIQUE INDEX receipt_task ON receipt (task_id)");
    }

    @Override
    public void beforeBatch(Connection connection, boolean isEmbedded, List<EndedCall> calls) throws SQLException {
        ends.clear();
        Set<String> accounts = calls.stream().map(EndedCall::accountId).collect(Collectors.toSet());
        if (isEmbedded) {
            String sql = "SELECT account_id, body FROM receipt WHERE account_id = ? ORDER BY sequence DESC LIMIT 1";
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (String account : accounts) {
                    statement.setString(1, account);
                    readEnds(statement);
                }
            }
            return;
        }
        String sql = """
                SELECT wanted.account_id, last.body FROM unnest(?) AS wanted (account_id)
                JOIN LATERAL (SELECT body FROM receipt WHERE account_id = wanted.account_id ORDER BY sequence DESC LIMIT 1) AS last ON true""";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, connection.createArrayOf("text", accounts.toArray()));
            readEnds(statement);
        }
    }

    private void readEnds(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                ends.put(
                        row.getString(1),
                        EndedCall.hex(EndedCall.sha256(row.getString(2).getBytes(StandardCharsets.UTF_8))));
            }
        }
    }

    @Override
    public List<RowInsert> inserts() {
        return List.of(
                RowInsert.row(
                        "reservation",
                        List.of(
                                "id text",
                                "account_id text",
                                "key_id text",
                                "created_at bigint",
                                "state text",
                                "held_micros bigint",
                                "charged_micros bigint",
                                "first_sequence bigint",
                                "last_sequence bigint",
                                "sandbox_micros bigint"),
                        it -> CallRows.values(
                                it.id(),
                                it.accountId(),
                                it.keyId(),
                                it.createdAt(),
                                "settled",
                                EndedCall.HELD,
                                EndedCall.CHARGED,
                                it.number() * 3 - 2,
                                it.number() * 3,
                                0L)),
                RowInsert.rows(
                        "entry",
                        List.of(
                                "account_id text",
                                "sequence bigint",
                                "created_at bigint",
                                "kind text",
                                "reservation_id text",
                                "from_bucket text",
                                "to_bucket text",
                                "amount_micros bigint",
                                "reason text"),
                        11,
                        first -> ENTRIES.formatted(
                                first,
                                first + 1,
                                first + 2,
                                first + 3,
                                first + 4,
                                first + 5,
                                first + 6,
                                first + 7,
                                first + 8,
                                first + 9,
                                first + 10),
                        it -> CallRows.values(
                                it.accountId(),
                                it.id(),
                                it.number() * 3 - 2,
                                it.createdAt(),
                                EndedCall.HELD,
                                it.number() * 3 - 1,
                                it.endedAt(),
                                EndedCall.CHARGED,
                                it.number() * 3,
                                it.endedAt(),
                                EndedCall.HELD - EndedCall.CHARGED),
                        it -> List.of(
                                entry(it, 2, it.createdAt(), "reservation", "available", "reserved", EndedCall.HELD),
                                entry(it, 1, it.endedAt(), "charge", "reserved", "revenue", EndedCall.CHARGED),
                                entry(
                                        it,
                                        0,
                                        it.endedAt(),
                                        "release",
                                        "reserved",
                                        "available",
                                        EndedCall.HELD - EndedCall.CHARGED))),
                RowInsert.row(
                        "task",
                        List.of(
                                "id text",
                                "account_id text",
                                "key_id text",
                                "door text",
                                "created_at bigint",
                                "model text",
                                "model_id text",
                                "status text",
                                "completed_at bigint",
                                "charge_micros bigint",
                                "usage text",
                                "usage_flags text",
                                "max_tokens_applied bigint",
                                "pricing text",
                                "error_code text",
                                "error_message text",
                                "course text",
                                "costs text",
                                "labels text"),
                        it -> CallRows.values(
                                it.id(),
                                it.accountId(),
                                it.keyId(),
                                "chat",
                                it.createdAt(),
                                EndedCall.MODEL,
                                EndedCall.MODEL,
                                "completed",
                                it.endedAt(),
                                EndedCall.CHARGED,
                                it.usage(),
                                "",
                                null,
                                it.pricing(),
                                null,
                                null,
                                it.course(),
                                it.costs(),
                                "")),
                RowInsert.row(
                        "receipt",
                        List.of("account_id text", "sequence bigint", "task_id text", "body text"),
                        this::receipt));
    }

    private static @Nullable Object[] entry(
            EndedCall call, int before, long at, String kind, String from, String to, long micros) {
        return CallRows.values(
                call.accountId(), call.number() * 3 - before, at, kind, call.id(), from, to, micros, null);
    }

    private @Nullable Object[] receipt(EndedCall call) {
        String before = ends.getOrDefault(call.accountId(), "0".repeat(64));
        String body = call.receipt(before, ",\"usage\":" + call.usage());
        ends.put(call.accountId(), EndedCall.hex(EndedCall.sha256(body.getBytes(StandardCharsets.UTF_8))));
        return CallRows.values(call.accountId(), call.number(), call.id(), body);
    }

    @Override
    public String page() {
        return "SELECT t.*, r.held_micros FROM task t JOIN reservation r ON r.id = t.id WHERE t.account_id = ? ORDER BY t.id DESC LIMIT 50";
    }

    @Override
    public String filtered() {
        return "SELECT id FROM (SELECT id, key_id, status FROM task WHERE account_id = ? ORDER BY id DESC LIMIT 2000) AS last WHERE key_id = ?";
    }

    @Override
    public String all() {
        return "SELECT e.amount_micros, t.usage, t.pricing, t.costs, r.held_micros, c.body FROM entry e JOIN reservation r ON r.id = e.reservation_id"
                + " JOIN task t ON t.id = r.id JOIN receipt c ON c.task_id = t.id WHERE e.account_id = ? ORDER BY e.sequence";
    }

    @Override
    public String one() {
        return "SELECT t.*, r.* FROM task t JOIN reservation r ON r.id = t.id WHERE t.id = ?";
    }
}
