package dev.tollgate.verification;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The chain of an account's receipts (decisions D42, B8), which has no gaps: it renders each by itself from its call's row, as docs/billing.md describes
 * form 3, and compares hash, count and the end in the account's row. Signatures are not checked. Reads rows of {@link AccountCheck}.
 */
final class ReceiptChain {

    /** The columns of a call that only a receipt has. */
    static final String COLUMNS = """
            receipts, receipt_hash, receipt_key, held_micros, key_id, paid_by, COALESCE(model, model_id) AS answered_by,
                (SELECT k.id FROM signing_key k WHERE k.number = receipt_key) AS signing_key""";

    /** The number of these columns. */
    static final int WIDTH = 8;

    /** The counts in the order of their names. */
    private static final List<String> COUNTS = List.of(
            "audio_tokens cached_audio_tokens cached_tokens completion_tokens maps output_image_tokens prompt_tokens reasoning_tokens searches tool_tokens"
                    .split(" "));

    /** The counts that only calls have that need them. */
    private static final Set<String> NEWER = Set.of("maps", "output_image_tokens");

    private static final String NO_HASH = "0".repeat(64);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final String accountId;
    private long receipts;
    private String hash = NO_HASH;

    ReceiptChain(String accountId) {
        this.accountId = accountId;
    }

    void call(String name, ResultSet row, Findings findings) throws SQLException {
        boolean isCharged = row.getLong("charged_micros") > 0;
        receipts += isCharged ? 1 : 0;
        long told = row.getLong("receipts");
        if (told != receipts) {
            findings.add(name + " counts " + told + " receipts, it should count " + receipts);
            receipts = told;
        }
        byte[] bytes = row.getBytes("receipt_hash");
        if (isCharged && bytes != null && row.getString("signing_key") != null) {
            String its = hex(bytes);
            String right = Sha256.hex(text(row));
            if (!its.equals(right)) {
                findings.add(name + " has the receipt hash " + its + ", its row gives " + right);
            }
            hash = its;
        } else if (isCharged) {
            findings.add(name + " is charged and has no receipt, or one of a key that is not there");
        } else if (bytes != null || row.getString("receipt_key") != null) {
            findings.add(name + " is not charged and has a receipt");
        }
    }

    /** Compares the end of the chain with the account's row. */
    void compare(ResultSet row, Findings findings) throws SQLException {
        String last = hex(row.getBytes("receipt_hash"));
        if (row.getLong("receipts") != receipts || !last.equals(hash)) {
            findings.add("account " + accountId + " has " + row.getLong("receipts") + " receipts up to the hash " + last
                    + ", its calls have " + receipts + " up to " + hash);
        }
    }

    private static String hex(byte @Nullable [] bytes) {
        return bytes == null ? NO_HASH : HexFormat.of().formatHex(bytes);
    }

    /** Renders a receipt: RFC 8785, the names in their order. */
    private String text(ResultSet row) throws SQLException {
        long charge = row.getLong("charged_micros");
        long due = row.getLong("due_micros");
        String paidBy = row.getString("paid_by");
        StringBuilder counts = new StringBuilder();
        for (String count : COUNTS) {
            if (row.getLong(count) > 0 || !NEWER.contains(count)) {
                counts.append(counts.isEmpty() ? "{\"" : ",\"")
                        .append(count)
                        .append("\":")
                        .append(row.getLong(count));
            }
        }
        return "{\"account\":" + quoted(accountId)
                + ",\"balance_after_micros\":" + row.getLong("balance_after_micros")
                + ",\"charge_micros\":" + charge
                + ",\"counts\":" + counts + "}"
                + ",\"due_micros\":" + due
                + ",\"end\":" + quoted(charge == due ? "whole" : charge > due ? "cut" : "shortfall")
                + ",\"form\":3"
                + (paidBy == null ? "" : ",\"grants\":" + quoted(paidBy))
                + ",\"held_micros\":" + row.getLong("held_micros")
                + ",\"key\":" + quoted(row.getString("key_id"))
                + ",\"key_id\":" + quoted(row.getString("signing_key"))
                + ",\"model\":" + quoted(row.getString("answered_by"))
                + ",\"previous_hash\":" + quoted(hash)
                + ",\"price_version\":" + quoted(row.getString("price"))
                + ",\"priced_at\":" + quoted(time(row.getLong("priced_at")))
                + ",\"sequence\":" + row.getLong("receipts")
                + ",\"step\":" + row.getLong("step")
                + ",\"task_id\":" + quoted(row.getString("id"))
                + ",\"tier\":" + quoted(row.getString("tier"))
                + ",\"time\":" + quoted(time(row.getLong("ended_at"))) + "}";
    }

    private static String time(long millis) {
        return TIME.format(Instant.ofEpochMilli(millis));
    }

    private static String quoted(@Nullable String text) {
        String plain = String.valueOf(text);
        StringBuilder out = new StringBuilder(plain.length() + 2).append('"');
        for (int i = 0; i < plain.length(); i++) {
            char c = plain.charAt(i);
            if (c >= ' ' && c != '"' && c != '\\') {
                out.append(c);
            } else if ("\b\t\n\f\r\"\\".indexOf(c) >= 0) {
                out.append('\\').append("btnfr\"\\".charAt("\b\t\n\f\r\"\\".indexOf(c)));
            } else {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        return out.append('"').toString();
    }
}
