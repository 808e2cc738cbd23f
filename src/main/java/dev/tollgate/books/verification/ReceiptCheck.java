package dev.tollgate.books.verification;

import dev.tollgate.storage.Dialect;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** Checks that each account's receipts are one chain without gaps, and that each has the charge of its call (decision D42). Signatures are not checked. */
final class ReceiptCheck implements Check {

    private static final String SQL = """
            SELECT c.account_id, c.sequence, c.task_id, c.body, r.account_id, COALESCE(r.charged_micros, 0),
                t.model, t.completed_at, t.pricing, t.usage
            FROM receipt c LEFT JOIN reservation r ON r.id = c.task_id LEFT JOIN task t ON t.id = c.task_id
            ORDER BY c.account_id, c.sequence""";
    private static final String NO_HASH = "0".repeat(64);
    private static final JsonMapper JSON = new JsonMapper();

    private final MessageDigest sha256 = sha256();
    private String accountId = "";
    private long sequence;
    private String hash = NO_HASH;

    @Override
    public String subject() {
        return "receipts";
    }

    @Override
    public String sql(Dialect dialect) {
        return SQL;
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        if (!row.getString(1).equals(accountId)) {
            accountId = row.getString(1);
            sequence = 0;
            hash = NO_HASH;
        }
        String name = "receipt " + accountId + "/" + row.getLong(2);
        if (row.getLong(2) != sequence + 1) {
            findings.add(name + " follows " + sequence);
        }
        sequence = row.getLong(2);
        String body = row.getString(4);
        try {
            check(name, JSON.readTree(body), row, findings);
        } catch (JacksonException e) {
            findings.add(name + " cannot be read");
        }
        hash = HexFormat.of().formatHex(sha256.digest(body.getBytes(StandardCharsets.UTF_8)));
    }

    private void check(String name, JsonNode receipt, ResultSet row, Findings findings) throws SQLException {
        if (!receipt.path("previous_hash").asString("").equals(hash)) {
            findings.add(name + " does not hold the hash of the one before");
        }
        boolean itsOwn = receipt.path("account").asString("").equals(accountId)
                && receipt.path("sequence").asLong(0) == sequence
                && receipt.path("task_id").asString("").equals(row.getString(3))
                && accountId.equals(row.getString(5));
        if (!itsOwn) {
            findings.add(name + " is of another account, place or call than it says");
        }
        if (itsOwn && row.getString(7) != null) {
            checkTask(name, receipt, row, findings);
        }
        findings.same(
                name + " tells a charge of",
                receipt.path("charge_micros").asLong(0),
                "its call is charged",
                row.getLong(6));
    }

    /** Compares a receipt with its task. A character without bytes is a question mark in both. */
    private static void checkTask(String name, JsonNode receipt, ResultSet row, Findings findings) throws SQLException {
        String model = receipt.path("model").asString("");
        same(name, "model", model.equals(row.getString(7)) || model.contains("?"), findings);
        same(name, "time", time(receipt) == row.getLong(8), findings);
        String price = "{\"price_version\":" + receipt.path("price_version") + ",";
        same(name, "price", String.valueOf(row.getString(9)).startsWith(price), findings);
        checkForm2(name, receipt, row.getLong(6), ChargeDetail.read(String.valueOf(row.getString(9))), findings);
        same(name, "usage", receipt.path("usage").equals(usage(row.getString(10))), findings);
    }

    /** Compares what a receipt of form 2 says of its charge's origin (P8a). A detail that cannot be read is reported by the check of calls. */
    private static void checkForm2(
            String name, JsonNode receipt, long charge, @Nullable ChargeDetail detail, Findings findings) {
        if (!receipt.has("form") || detail == null) {
            return;
        }
        JsonNode counts = receipt.path("counts");
        ChargeDetail.Tokens tokens = detail.tokens();
        boolean isCounted = counts.path("prompt_tokens").asLong(0)
                                + counts.path("tool_tokens").asLong(0)
                        == tokens.prompt()
                && counts.path("completion_tokens").asLong(0) == tokens.completion()
                && counts.path("reasoning_tokens").asLong(0) == tokens.reasoning()
                && counts.path("searches").asLong(0) == tokens.searches()
                && (tokens.cached() == 0 || counts.path("cached_tokens").asLong(0) == tokens.cached());
        same(name, "count", isCounted, findings);
        same(name, "tier", receipt.path("tier").asString("").equals(detail.tier()), findings);
        same(name, "step", receipt.path("step").asLong(0) == detail.step(), findings);
        long due = receipt.path("due_micros").asLong(0);
        same(name, "price", BigDecimal.valueOf(due, 6).compareTo(detail.due()) == 0, findings);
        String end = charge == due ? "whole" : charge > due ? "cut" : "shortfall";
        same(name, "end", receipt.path("end").asString("").equals(end), findings);
    }

    private static void same(String name, String what, boolean isSame, Findings findings) {
        if (!isSame) {
            findings.add(name + " tells another " + what + " than its task");
        }
    }

    private static long time(JsonNode receipt) {
        try {
            return Instant.parse(receipt.path("time").asString("")).toEpochMilli();
        } catch (DateTimeParseException e) {
            return -1;
        }
    }

    /** A task shows the thoughts once more. */
    private static JsonNode usage(@Nullable String json) {
        try {
            JsonNode usage = json == null ? MissingNode.getInstance() : JSON.readTree(json);
            return usage instanceof ObjectNode object ? object.without("reasoning_tokens") : usage;
        } catch (JacksonException e) {
            return MissingNode.getInstance(); // the check of calls reports that it cannot be read
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
