package dev.tollgate.books.calls;

import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.models.Count;
import dev.tollgate.models.PriceTerms;
import dev.tollgate.models.Pricing;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.ExportFile.Rendered;
import dev.tollgate.storage.holdings.Holding;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The calls of an account, its spending and the lines of its ledger, for exports: they stay when the account ends. Texts are rendered from a call's row. */
public final class CallHoldings {

    private static final Rendered TEXTS = new Rendered(
            CallRows.SELECTED + ", " + PriceTerms.OF_CALL.formatted("price"),
            CallRows.WIDTH + 1,
            List.of("usage_flags", "usage", "pricing", "course"),
            CallHoldings::texts);

    /** The receipt of a charge without its signature, with the hash of the receipt before. */
    private static final Rendered RECEIPT = new Rendered(
            CallRows.SELECTED + """
                    , (SELECT k.id FROM signing_key k WHERE k.number = c.receipt_key), (SELECT p.receipt_hash FROM call p
                    WHERE p.account_id = c.account_id AND p.number < c.number AND p.charged_micros > 0 ORDER BY p.number DESC LIMIT 1)""", CallRows.WIDTH + 2, List.of("sequence", "body"), CallHoldings::receipt);

    private static final String COUNTS =
            Stream.of(Count.values()).map(it -> " c." + it.column()).collect(Collectors.joining());

    /** The charges of calls, and the entries: each is read by number with a limit of its own, or a database would sort the whole ledger. */
    private static final String LINES = """
            (SELECT * FROM (SELECT c.account_id, c.number, c.ended_at AS created_at, 'charge' AS kind, c.id AS task_id,
                    -c.charged_micros AS amount_micros, 0 AS missing_micros, c.balance_after_micros,
                    CAST(NULL AS TEXT) AS reason, CAST(NULL AS TEXT) AS request_id, c.paid_by AS grants,
                    -c.sandbox_micros AS sandbox_micros, CAST(NULL AS TEXT) AS origin, CAST(NULL AS TEXT) AS origin_id
                FROM call c WHERE c.account_id = :account AND c.number > :after AND c.charged_micros > 0 ORDER BY c.number LIMIT %1$d) f
            UNION ALL
            SELECT * FROM (SELECT e.account_id, e.number, e.created_at, e.kind, e.task_id, e.amount_micros, e.missing_micros,
                    e.balance_after_micros, e.reason, e.request_id, e.grants, e.sandbox_micros, e.origin, e.origin_id
                FROM entry e WHERE e.account_id = :account AND e.number > :after ORDER BY e.number LIMIT %1$d) g) e""".formatted(ExportFile.ROWS_AT_ONCE);

    private CallHoldings() {}

    /** Returns the calls that have ended. */
    public static Holding calls() {
        return Holding.of(ExportFile.of(
                        "calls.csv",
                        "finished calls, without prompts and responses",
                        "call c LEFT JOIN api_key k ON k.id = c.key_id",
                        "c.account_id = :account",
                        """
                    c.number c.id c.key_id k.team_id k.member_id c.labels c.door c.model_id c.model c.ending c.created_at c.ended_at
                    c.error_code c.error_message c.max_tokens_applied c.held_micros c.due_micros c.charged_micros c.sandbox_micros
                    c.balance_after_micros c.paid_by c.price c.priced_at c.tier c.tier_granted c.step""" + COUNTS,
                        "c.number")
                .with(TEXTS));
    }

    public static Holding receipts() {
        return Holding.of(ExportFile.of(
                        "receipts.csv",
                        "the receipt of each charge",
                        "call c",
                        "c.account_id = :account AND c.charged_micros > 0",
                        "c.number c.id",
                        "c.number")
                .with(RECEIPT));
    }

    private static List<@Nullable String> receipt(ResultSet row) throws SQLException {
        EndedCall call = CallRows.read(row);
        String signingKey = String.valueOf(row.getString(CallRows.WIDTH + 1));
        Utf8Buffer body = new Utf8Buffer();
        ReceiptText.write(body, call, signingKey, ReceiptText.hex(row.getBytes(CallRows.WIDTH + 2)));
        return List.of(Long.toString(call.receipts()), new String(body.toByteArray(), StandardCharsets.UTF_8));
    }

    private static List<@Nullable String> texts(ResultSet row) throws SQLException {
        EndedCall call = CallRows.read(row);
        Pricing pricing = PriceTerms.readOrNull(call.price(), row.getString(CallRows.WIDTH + 1));
        return Arrays.asList(
                String.join(",", call.usageFlags()),
                text(CallTexts.usage(call, pricing)),
                text(CallTexts.pricing(call, pricing)),
                course(CallTexts.course(call)));
    }

    private static @Nullable String text(@Nullable WrittenJson json) {
        return json == null ? null : json.toString();
    }

    /** Returns the customer's part of the course: the operator's suppliers are not the customer's business. */
    private static String course(WrittenJson json) {
        JsonNode read = ApiJson.MAPPER.readTree(json.toString());
        if (read instanceof ObjectNode course) {
            course.remove(List.of("channel", "upstream_model", "attempts"));
        }
        return ApiJson.MAPPER.writeValueAsString(read);
    }

    public static Holding spending() {
        return Holding.of(ExportFile.of(
                "spending.csv",
                "spending of each key by hour, by day (UTC) and in total",
                "spend_window w",
                "(w.key_id = :account OR w.key_id IN (SELECT k.id FROM api_key k WHERE k.account_id = :account))",
                "w.key_id w.kind w.starts_at w.charged_micros w.held_micros",
                "w.key_id w.kind w.starts_at"));
    }

    public static Holding runningCalls() {
        return Holding.of(ExportFile.of(
                "running-calls.csv",
                "running calls",
                "open_hold h",
                "h.account_id = :account",
                "h.id h.key_id h.door h.model h.created_at h.held_micros h.member_id h.team_id",
                "h.id"));
    }

    /** Returns the charges of calls with the entries. */
    public static Holding lines() {
        return Holding.of(ExportFile.of(
                "ledger.csv",
                "all lines of the ledger: charges of calls, and entries",
                LINES,
                "e.account_id = :account",
                """
                    e.number e.created_at e.kind e.task_id e.amount_micros e.missing_micros e.balance_after_micros e.reason
                    e.request_id:REQUEST_ID e.grants e.sandbox_micros e.origin e.origin_id""",
                "e.number"));
    }
}
