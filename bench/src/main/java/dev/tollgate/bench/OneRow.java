package dev.tollgate.bench;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One row for a call. The end of an account's receipts is in the account's row, which the writer has locked, so nothing is read. */
final class OneRow implements CallRows {

    /** How the row is found, and how texts that repeat are stored. */
    enum Form {
        /** Clustered by account and number. On PostgreSQL the same as {@link #TEXTS}. */
        CLUSTERED,
        /** In the order of commits, with two unique indexes. */
        TEXTS,
        /** This row with price and signing key as numbers, and the request's id as bytes. */
        NUMBERS,
        /** This row, and the index by account has the columns that lists filter by. */
        COVERING
    }

    private static final List<String> COLUMNS = List.of(
            "number bigint",
            "created_at bigint",
            "ended_at bigint",
            "reserved_us bigint",
            "asked_us bigint",
            "first_byte_us bigint",
            "done_us bigint",
            "settled_us bigint",
            "held_micros bigint",
            "charged_micros bigint",
            "due_micros bigint",
            "sandbox_micros bigint",
            "balance_after_micros bigint",
            "prompt bigint",
            "tool bigint",
            "completion bigint",
            "reasoning bigint",
            "cached bigint",
            "cached_audio bigint",
            "audio bigint",
            "image bigint",
            "visible_text bigint",
            "searches bigint",
            "priced_at bigint",
            "step bigint",
            "receipts bigint",
            "cost_micros bigint",
            "cost_price bigint",
            "flags bigint",
            "max_tokens_applied bigint",
            "cache_expected bigint",
            "cache_idle_s bigint",
            "saved_micros bigint",
            "missed_micros bigint",
            "account_id text",
            "id text",
            "key_id text",
            "labels text",
            "door text",
            "model_id text",
            "model text",
            "ending text",
            "error_code text",
            "error_message text",
            "usage_form text",
            "tier text",
            "tier_granted text",
            "channel text",
            "upstream_model text",
            "upstream_id text",
            "filter text",
            "ignored text",
            "cache_session text",
            "cache_reason text",
            "attempts text",
            "more text",
            "receipt_hash bytea");

    private final Form form;

    /** The hash of each account's last receipt, which the account's row has. */
    private final Map<String, String> ends = new HashMap<>();

    OneRow(Form form) {
        this.form = form;
    }

    private boolean hasNumbers() {
        return form == Form.NUMBERS || form == Form.COVERING;
    }

    private List<String> columns() {
        List<String> columns = new ArrayList<>(COLUMNS);
        columns.addAll(
                hasNumbers()
                        ? List.of("price bigint", "receipt_key bigint", "request_id bytea")
                        : List.of("price text", "receipt_key text", "request_id text"));
        return columns;
    }

    @Override
    public List<String> tables(boolean isEmbedded) {
        List<String> definitions = new ArrayList<>();
        List<String> mandatory = List.of(
                "number",
                "created_at",
                "ended_at",
                "held_micros",
                "charged_micros",
                "due_micros",
                "account_id",
                "id",
                "key_id");
        for (String column : columns()) {
            String name = column.split(" ")[0];
            String type = isEmbedded ? column.replace("bytea", "blob") : column;
            definitions.add(type + (mandatory.contains(name) ? " NOT NULL" : ""));
        }
        boolean isClustered = form == Form.CLUSTERED && isEmbedded;
        if (isClustered) {
            definitions.add("PRIMARY KEY (account_id, number)");
        }
        definitions.add(
                "CHECK (charged_micros >= 0 AND charged_micros <= held_micros AND charged_micros <= due_micros)");
        List<String> tables = new ArrayList<>();
        tables.add(
                "CREATE TABLE call (" + String.join(", ", definitions) + ")" + (isClustered ? " WITHOUT ROWID" : ""));
        if (!isClustered) {
            tables.add("CREATE UNIQUE INDEX call_number ON call (account_id, number" + covered(isEmbedded) + ")"
                    + (form == Form.COVERING && !isEmbedded
                            ? " INCLUDE (ending, model_id, key_id, door, charged_micros, flags)"
                            : ""));
        }
        tables.add("CREATE UNIQUE INDEX call_id ON call (id)");
        tables.add("CREATE INDEX call_short ON call (account_id, ended_at) WHERE due_micros > charged_micros");
        return tables;
    }

    private String covered(boolean isEmbedded) {
        return form == Form.COVERING && isEmbedded ? ", ending, model_id, key_id, door, charged_micros, flags" : "";
    }

    @Override
    public List<RowInsert> inserts() {
        return List.of(RowInsert.row("call", columns(), this::row));
    }

    private @Nullable Object[] row(EndedCall it) {
        byte[] hash = EndedCall.sha256(it.receipt(ends.getOrDefault(it.accountId(), "0".repeat(64)), "")
                .getBytes(StandardCharsets.UTF_8));
        ends.put(it.accountId(), EndedCall.hex(hash));
        String digits = it.requestDigits();
        Object price = hasNumbers() ? (Object) 17L : "gemini-2.5-pro@2026-11";
        Object key = hasNumbers() ? (Object) 1L : "sig_f5332735b0b7f965";
        Object request = hasNumbers() ? java.util.HexFormat.of().parseHex(digits) : "req_" + digits;
        return CallRows.values(
                it.number(),
                it.createdAt(),
                it.endedAt(),
                309_750L,
                325_978L,
                617_307L,
                663_945L,
                665_490L,
                EndedCall.HELD,
                EndedCall.CHARGED,
                EndedCall.CHARGED,
                0L,
                it.balanceAfter(),
                it.prompt(),
                0L,
                it.completion(),
                it.thoughts(),
                0L,
                0L,
                0L,
                0L,
                it.completion(),
                0L,
                it.createdAt(),
                0L,
                it.number(),
                364_500L,
                18L,
                0L,
                null,
                null,
                null,
                null,
                null,
                it.accountId(),
                it.id(),
                it.keyId(),
                "",
                "chat",
                EndedCall.MODEL,
                null,
                "completed",
                null,
                null,
                "tokens",
                "standard",
                null,
                "sandbox",
                null,
                "VFYMVsoIRTYmrcr414oLxI",
                null,
                null,
                null,
                null,
                null,
                null,
                hash,
                price,
                key,
                request);
    }

    @Override
    public String page() {
        return "SELECT * FROM call WHERE account_id = ? ORDER BY number DESC LIMIT 50";
    }

    @Override
    public String filtered() {
        return "SELECT number FROM (SELECT number, key_id, ending FROM call WHERE account_id = ? ORDER BY number DESC LIMIT 2000) AS last WHERE key_id = ?";
    }

    @Override
    public String all() {
        return "SELECT * FROM call WHERE account_id = ? ORDER BY number";
    }

    @Override
    public String one() {
        return "SELECT * FROM call WHERE id = ?";
    }
}
