package dev.tollgate.books.calls;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.books.calls.CallDetails.Bill;
import dev.tollgate.books.calls.CallDetails.CacheUsed;
import dev.tollgate.books.calls.CallDetails.CallError;
import dev.tollgate.books.calls.CallDetails.Course;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.books.calls.EndedCall.ReceiptLink;
import dev.tollgate.models.Count;
import dev.tollgate.models.Model.UsageForm;
import dev.tollgate.models.Usage;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The rows of {@code call}: the one place that writes them, and their columns for reads. */
public final class CallRows {

    /** The columns in the order of {@link #write}; the types that take eight bytes are first, which saves space on PostgreSQL. */
    private static final String[] COLUMNS = Stream.of(
                    Stream.of(
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
                            "receipts bigint"),
                    Stream.of(Count.values()).map(it -> it.column() + " bigint"),
                    Stream.of(
                            "priced_at bigint",
                            "step bigint",
                            "max_tokens_applied bigint",
                            "cost_micros bigint",
                            "cache_expected_tokens bigint",
                            "cache_idle_seconds bigint",
                            "saved_micros bigint",
                            "missed_micros bigint",
                            "flags bigint",
                            "receipt_key bigint",
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
                            "price text",
                            "tier text",
                            "tier_granted text",
                            "request_id text",
                            "channel text",
                            "upstream_model text",
                            "upstream_id text",
                            "filter text",
                            "ignored text",
                            "cost_price text",
                            "cache_session text",
                            "cache_reason text",
                            "cache_place text",
                            "attempts text",
                            "stopped_by text",
                            "paid_by text",
                            "receipt_hash bytea"))
            .flatMap(it -> it)
            .toArray(String[]::new);

    private static final RowStatement INSERT = RowStatement.insert("call", COLUMNS);

    /** The columns that {@link #read} takes, of a table named {@code c}. */
    public static final String SELECTED =
            Arrays.stream(COLUMNS).map(it -> "c." + it.split(" ")[0]).collect(Collectors.joining(", "));

    /** The number of these columns. */
    public static final int WIDTH = COLUMNS.length;

    private final Rows rows;

    /** Begins the rows of a batch. */
    public CallRows(Statements statements) throws SQLException {
        rows = INSERT.on(statements);
    }

    public void finish() throws SQLException {
        rows.finish();
    }

    public void write(EndedCall call) throws SQLException {
        CallDetails details = call.details();
        times(call, details.times());
        rows.number(call.heldMicros())
                .number(call.chargedMicros())
                .number(call.dueMicros())
                .number(call.sandboxMicros())
                .number(call.balanceAfterMicros())
                .number(call.receipts());
        counts(details.bill());
        numbers(details, details.course());
        ReceiptLink receipt = call.receipt();
        rows.number(receipt == null ? null : Long.valueOf(receipt.keyNumber()))
                .text(call.accountId())
                .text(call.id())
                .text(call.keyId())
                .text(call.labels().isEmpty() ? null : call.labels())
                .text(call.door())
                .text(call.modelId())
                .text(details.model() == null || details.model().equals(call.modelId()) ? null : details.model())
                .text(details.end().code());
        CallError error = details.error();
        rows.text(error == null ? null : error.code()).text(error == null ? null : error.message());
        price(details.bill());
        course(details.course());
        rows.text(call.paidBy()).bytes(receipt == null ? null : receipt.hash()).next();
    }

    private void times(EndedCall call, Times times) throws SQLException {
        rows.number(call.number())
                .number(call.createdAt().toEpochMilli())
                .number(call.endedAt().toEpochMilli());
        time(times.reservedMicros());
        time(times.askedMicros());
        time(times.firstByteMicros());
        time(times.doneMicros());
        time(times.settledMicros());
    }

    private void time(long micros) throws SQLException {
        rows.number(micros < 0 ? null : Long.valueOf(micros));
    }

    private void counts(@Nullable Bill bill) throws SQLException {
        for (Count count : Count.values()) {
            rows.number(bill == null ? null : Long.valueOf(bill.usage().of(count)));
        }
        rows.number(bill == null ? null : Long.valueOf(bill.pricedAt().toEpochMilli()))
                .number(bill == null ? null : Long.valueOf(bill.stepTokens()));
    }

    private void numbers(CallDetails details, Course course) throws SQLException {
        CacheUsed cache = course.cache();
        rows.number(details.maxTokensApplied())
                .number(details.costMicros())
                .number(cache == null ? null : Long.valueOf(cache.expectedTokens()))
                .number(cache == null ? null : cache.idleSeconds())
                .number(cache == null ? null : cache.savedMicros())
                .number(cache == null ? null : cache.missedMicros())
                .number(details.flags());
    }

    private void price(@Nullable Bill bill) throws SQLException {
        if (bill == null) {
            rows.text(null).text(null).text(null).text(null);
        } else {
            ServiceTier tier = bill.usage().tier();
            rows.text(code(bill.form()))
                    .text(bill.price())
                    .text(tier.word())
                    .text(bill.granted() == tier ? null : bill.granted().word());
        }
    }

    private static String code(UsageForm form) {
        return form.name().toLowerCase(Locale.ROOT);
    }

    private void course(Course course) throws SQLException {
        CacheUsed cache = course.cache();
        rows.text(course.requestId())
                .text(course.channel())
                .text(course.upstreamModel())
                .text(course.upstreamId())
                .text(course.filter())
                .text(course.ignored().isEmpty() ? null : String.join("\n", course.ignored()))
                .text(course.costPrice())
                .text(cache == null ? null : cache.session())
                .text(cache == null ? null : cache.reason())
                .text(cache == null ? null : cache.place())
                .text(course.attempts())
                .text(course.stoppedBy());
    }

    /**
     * Reads a row that has the columns of {@link #SELECTED}, by their names. The costs of single attempts are not among them: see {@link
     * CallTexts#costs}.
     */
    public static EndedCall read(ResultSet row) throws SQLException {
        byte[] hash = row.getBytes("receipt_hash");
        String errorCode = row.getString("error_code");
        String errorMessage = row.getString("error_message");
        return new EndedCall(
                new EndedCall.Begin(
                        row.getString("id"),
                        row.getString("account_id"),
                        row.getString("key_id"),
                        row.getString("door"),
                        row.getString("model_id"),
                        Columns.time(row, "created_at")),
                row.getLong("number"),
                textOrEmpty(row, "labels"),
                Columns.time(row, "ended_at"),
                new EndedCall.Amounts(
                        row.getLong("held_micros"),
                        row.getLong("charged_micros"),
                        row.getLong("sandbox_micros"),
                        row.getLong("balance_after_micros"),
                        row.getString("paid_by")),
                row.getLong("receipts"),
                hash == null ? null : new ReceiptLink(hash, row.getLong("receipt_key")),
                new CallDetails(
                        CallEnd.parse(row.getString("ending")),
                        row.getString("model"),
                        errorCode == null || errorMessage == null ? null : new CallError(errorCode, errorMessage),
                        row.getInt("flags"),
                        Columns.numberOrNull(row, "max_tokens_applied"),
                        new Times(
                                time(row, "reserved_us"),
                                time(row, "asked_us"),
                                time(row, "first_byte_us"),
                                time(row, "done_us"),
                                time(row, "settled_us")),
                        bill(row),
                        course(row)));
    }

    private static @Nullable Bill bill(ResultSet row) throws SQLException {
        String form = row.getString("usage_form");
        String price = row.getString("price");
        String word = row.getString("tier");
        if (form == null || price == null || word == null) {
            return null;
        }
        ServiceTier tier = tier(word);
        String granted = row.getString("tier_granted");
        long[] counts = new long[Count.values().length];
        for (Count count : Count.values()) {
            counts[count.ordinal()] = row.getLong(count.column());
        }
        return new Bill(
                price,
                Columns.time(row, "priced_at"),
                new Usage(tier, counts),
                UsageForm.valueOf(form.toUpperCase(Locale.ROOT)),
                granted == null ? tier : tier(granted),
                row.getLong("step"),
                row.getLong("due_micros"));
    }

    private static ServiceTier tier(String word) {
        return ServiceTier.valueOf(word.toUpperCase(Locale.ROOT));
    }

    private static Course course(ResultSet row) throws SQLException {
        String channel = textOrEmpty(row, "channel");
        String upstreamModel = textOrEmpty(row, "upstream_model");
        String ignored = row.getString("ignored");
        Long cost = Columns.numberOrNull(row, "cost_micros");
        return new Course(
                textOrEmpty(row, "request_id"),
                channel,
                upstreamModel,
                row.getString("upstream_id"),
                row.getString("filter"),
                ignored == null ? List.of() : List.of(ignored.split("\n")),
                List.of(new AttemptCost(channel, upstreamModel, cost == null ? AttemptCost.UNKNOWN : cost)),
                row.getString("cost_price"),
                cache(row),
                row.getString("attempts"),
                row.getString("stopped_by"));
    }

    private static @Nullable CacheUsed cache(ResultSet row) throws SQLException {
        String session = row.getString("cache_session");
        return session == null
                ? null
                : new CacheUsed(
                        session,
                        row.getLong("cache_expected_tokens"),
                        row.getString("cache_reason"),
                        row.getString("cache_place"),
                        Columns.numberOrNull(row, "cache_idle_seconds"),
                        Columns.numberOrNull(row, "saved_micros"),
                        Columns.numberOrNull(row, "missed_micros"));
    }

    private static long time(ResultSet row, String column) throws SQLException {
        long micros = row.getLong(column);
        return row.wasNull() ? Times.NEVER : micros;
    }

    private static String textOrEmpty(ResultSet row, String column) throws SQLException {
        String text = row.getString(column);
        return text == null ? "" : text;
    }
}
