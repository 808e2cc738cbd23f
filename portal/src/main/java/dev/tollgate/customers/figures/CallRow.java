package dev.tollgate.customers.figures;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.calls.CallDetails.CallError;
import dev.tollgate.books.calls.CallRows;
import dev.tollgate.books.calls.CallTexts;
import dev.tollgate.books.calls.EndedCall;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.keys.KeyChange;
import dev.tollgate.models.PriceTerms;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Usage;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * A call as a line of a list shows it.
 *
 * @param hold while it runs; null once it has ended
 * @param ended null exactly while it runs
 * @param heldMicros the whole hold, with its extensions, in micro-credits
 * @param pricing of its price version; null without one
 * @param owner of the key; the account's if the key is not there any more
 * @param keyName of the key as it is called now; empty for the playground's, null where the key is not there any more
 */
public record CallRow(
        @Nullable OpenHold hold,
        @Nullable EndedCall ended,
        long heldMicros,
        @Nullable Pricing pricing,
        KeyOwner owner,
        @Nullable String keyName) {

    private static final String KEY = """
            (SELECT CASE WHEN k.hidden = 0 THEN k.name ELSE '' END FROM api_key k WHERE k.id = c.key_id) AS key_name,
                (SELECT k.member_id FROM api_key k WHERE k.id = c.key_id) AS member,
                (SELECT k.team_id FROM api_key k WHERE k.id = c.key_id) AS team""";

    /** The columns of a table {@code call c} for {@link #read}. Names are asked for one by one, since a server would read all keys there are to join a few. */
    static final String COLUMNS =
            CallRows.SELECTED + ", " + PriceTerms.OF_CALL.formatted("price") + " AS terms, " + KEY;

    /** The columns of a table {@code open_hold c} for {@link #readRunning}. */
    static final String COLUMNS_OF_RUNNING =
            "c.id, c.account_id, c.key_id, c.door, c.model, c.created_at, c.member_id, c.team_id, c.labels, c.held_micros, "
                    + KEY;

    /** The approximate length of a row in ApiJson.MAPPER. */
    public static final long JSON_BYTES = 1024;

    static CallRow read(ResultSet row) throws SQLException {
        EndedCall call = CallRows.read(row);
        return new CallRow(
                null,
                call,
                call.heldMicros(),
                PriceTerms.readOrNull(call.price(), row.getString("terms")),
                owner(row, call.keyId()),
                row.getString("key_name"));
    }

    static CallRow readRunning(ResultSet row) throws SQLException {
        OpenHold hold = new OpenHold(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                Columns.time(row, 6),
                row.getString(7),
                row.getString(8),
                row.getString(9));
        return new CallRow(hold, null, row.getLong(10), null, owner(row, hold.keyId()), row.getString("key_name"));
    }

    private static KeyOwner owner(ResultSet row, String keyId) throws SQLException {
        String memberId = row.getString("member");
        String teamId = row.getString("team");
        return memberId == null || teamId == null ? KeyOwner.account(keyId) : new KeyOwner(memberId, teamId, keyId);
    }

    private OpenHold running() {
        return Objects.requireNonNull(hold);
    }

    public String id() {
        return ended == null ? running().id() : ended.id();
    }

    public String accountId() {
        return ended == null ? running().accountId() : ended.accountId();
    }

    /** Returns its number in the account's sequence; 0 while it runs. */
    long number() {
        return ended == null ? 0 : ended.number();
    }

    public String keyId() {
        return ended == null ? running().keyId() : ended.keyId();
    }

    /** Returns the name of the key as files have it; null where the key is not there any more. */
    @Nullable
    String keyNameInFiles() {
        return "".equals(keyName) ? KeyChange.HIDDEN_NAME : keyName;
    }

    public String door() {
        return ended == null ? running().door() : ended.door();
    }

    /** Returns the model as it was asked for. */
    public String modelId() {
        return ended == null ? running().model() : ended.modelId();
    }

    /** Returns the model as the answer named it. */
    public String model() {
        return ended == null ? running().model() : ended.model();
    }

    public TaskStatus status() {
        return ended == null ? TaskStatus.PROCESSING : ended.status();
    }

    public Instant startedAt() {
        return ended == null ? running().createdAt() : ended.createdAt();
    }

    /** Returns null exactly while it is processing. */
    public @Nullable Instant endedAt() {
        return ended == null ? null : ended.endedAt();
    }

    public long chargeMicros() {
        return ended == null ? 0 : ended.chargedMicros();
    }

    /** Returns what grants paid of the charge, in the order of payment, as {@code 7:100000 9:312345}; null if general credits alone paid. */
    public @Nullable String paidBy() {
        return ended == null ? null : ended.paidBy();
    }

    public List<String> flags() {
        return ended == null ? List.of() : ended.usageFlags();
    }

    /** Returns the labels as they are stored: with their values while the call runs, by their numbers when it has ended. */
    public String labels() {
        return ended == null ? running().labels() : ended.labels();
    }

    /** Returns the usage as it was printed, or null. */
    public @Nullable String usageJson() {
        return ended == null ? null : text(CallTexts.usage(ended, pricing));
    }

    /** Returns the task's pricing detail, or null. */
    public @Nullable String pricingJson() {
        return ended == null ? null : text(CallTexts.pricing(ended, pricing));
    }

    /** Returns whether the call has a price; else nothing was charged. */
    public boolean isPriced() {
        return ended != null && ended.isSettled();
    }

    private static @Nullable String text(@Nullable WrittenJson json) {
        return json == null ? null : json.toString();
    }

    public @Nullable String errorCode() {
        CallError error = error();
        return error == null ? null : error.code();
    }

    public @Nullable String errorMessage() {
        CallError error = error();
        return error == null ? null : error.message();
    }

    private @Nullable CallError error() {
        return ended == null ? null : ended.details().error();
    }

    /** Returns the maximum that the call ran with because its balance did not cover more, or null. */
    public @Nullable Long maxTokensApplied() {
        return ended == null ? null : ended.details().maxTokensApplied();
    }

    /** Returns the raw counts; zeros without a price. */
    public Usage usage() {
        return ended == null ? Usage.NONE : ended.usage();
    }

    /** Returns the service tier that was charged; empty if the call has no price. */
    public String tier() {
        return isPriced() ? usage().tier().word() : "";
    }

    /** Returns the time from the request's arrival to the end, or from the hold if the arrival is unknown; null while the call runs. */
    public @Nullable Duration took() {
        if (ended == null) {
            return null;
        }
        long settledMicros = ended.details().times().settledMicros();
        return settledMicros < 0
                ? Duration.between(ended.createdAt(), ended.endedAt())
                : Duration.ofNanos(settledMicros * 1_000);
    }

    /** Microseconds from the request's arrival to the first byte of the answer; -1 where there was none, or it is not known. */
    public long firstByteMicros() {
        return ended == null ? -1 : ended.details().times().firstByteMicros();
    }

    /** Returns the time of each step in microseconds from the request's arrival, and the attempts; missing while it runs. */
    public JsonNode course() {
        return ended == null
                ? MissingNode.getInstance()
                : ApiJson.MAPPER.readTree(CallTexts.course(ended).toString());
    }
}
