package dev.tollgate.customers.departure;

import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.calls.CallRows;
import dev.tollgate.books.calls.CallTexts;
import dev.tollgate.books.calls.EndedCall;
import dev.tollgate.books.calls.ReceiptText;
import dev.tollgate.customers.departure.Holding.Rendered;
import dev.tollgate.customers.figures.CsvColumns;
import dev.tollgate.models.PriceTerms;
import dev.tollgate.models.Pricing;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The texts of a call in an export, rendered from its row. */
final class CallCells {

    static final Rendered RENDERED = new Rendered(
            CallRows.SELECTED + ", " + PriceTerms.OF_CALL.formatted("price"),
            CallRows.WIDTH + 1,
            List.of("usage_flags", "usage", "pricing", "course"),
            CallCells::of);

    /** The receipt of a charge without its signature, with the hash of the receipt before. */
    static final Rendered RECEIPT = new Rendered(
            CallRows.SELECTED + """
                    , (SELECT k.id FROM signing_key k WHERE k.number = c.receipt_key), (SELECT p.receipt_hash FROM call p
                    WHERE p.account_id = c.account_id AND p.number < c.number AND p.charged_micros > 0 ORDER BY p.number DESC LIMIT 1)""", CallRows.WIDTH + 2, List.of("sequence", "body"), CallCells::ofReceipt);

    private CallCells() {}

    private static List<String> ofReceipt(ResultSet row) throws SQLException {
        EndedCall call = CallRows.read(row);
        String signingKey = String.valueOf(row.getString(CallRows.WIDTH + 1));
        Utf8Buffer body = new Utf8Buffer();
        ReceiptText.write(body, call, signingKey, ReceiptText.hex(row.getBytes(CallRows.WIDTH + 2)));
        return List.of(
                Long.toString(call.receipts()),
                CsvColumns.cell(new String(body.toByteArray(), StandardCharsets.UTF_8)));
    }

    private static List<String> of(ResultSet row) throws SQLException {
        EndedCall call = CallRows.read(row);
        Pricing pricing = PriceTerms.readOrNull(call.price(), row.getString(CallRows.WIDTH + 1));
        return List.of(
                CsvColumns.cell(String.join(",", call.usageFlags())),
                CsvColumns.cell(text(CallTexts.usage(call, pricing))),
                CsvColumns.cell(text(CallTexts.pricing(call, pricing))),
                CsvColumns.cell(course(CallTexts.course(call))));
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
}
