package dev.tollgate.customers.figures;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.tasks.TaskStatus;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * A call as a line of a list shows it.
 *
 * @param owner of the key; the account's if the key is not there any more
 * @param keyName of the key as it is called now; null where the key is not there any more
 * @param modelId as it was asked for
 * @param model as the answer named it
 * @param labels as they are stored: of a running call with their values, of others by their numbers
 * @param endedAt null exactly while it is processing
 * @param usageJson as it was printed, or null
 * @param chargeMicros micro-credits
 */
public record CallRow(
        String id,
        String keyId,
        KeyOwner owner,
        @Nullable String keyName,
        String door,
        String modelId,
        String model,
        TaskStatus status,
        Instant startedAt,
        @Nullable Instant endedAt,
        long chargeMicros,
        List<String> flags,
        @Nullable String usageJson,
        @Nullable String pricingJson,
        @Nullable String errorCode,
        @Nullable String errorMessage,
        @Nullable String courseJson,
        String labels) {

    static final String COLUMNS = """
            t.id, t.key_id, k.name, t.door, t.model_id, t.model, t.status, t.created_at, t.completed_at, t.charge_micros, t.usage_flags,
                t.usage, t.pricing, t.error_code, t.error_message, t.course, k.member_id, k.team_id, t.labels""";

    static final String COLUMNS_OF_RUNNING = """
            t.id, t.key_id, k.name, t.door, t.model, t.model, 'processing', t.created_at, NULL, 0, '', NULL, NULL, NULL, NULL, NULL, k.member_id,
                k.team_id, t.labels""";

    /** The approximate length of a row in ApiJson.MAPPER. */
    static final long JSON_BYTES = 1024;

    /** The upstream's counts; all 0 where nothing was used. @param cached part of the prompt */
    public record Tokens(long prompt, long cached, long completion, long thoughts) {}

    static CallRow read(ResultSet row) throws SQLException {
        String flags = row.getString(11);
        return new CallRow(
                row.getString(1),
                row.getString(2),
                owner(row),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                TaskStatus.parse(row.getString(7)),
                Columns.time(row, 8),
                Columns.timeOrNull(row, 9),
                row.getLong(10),
                flags.isEmpty() ? List.of() : List.of(flags.split(" ", -1)),
                row.getString(12),
                row.getString(13),
                row.getString(14),
                row.getString(15),
                row.getString(16),
                row.getString(19));
    }

    private static KeyOwner owner(ResultSet row) throws SQLException {
        String memberId = row.getString(17);
        String teamId = row.getString(18);
        return memberId == null || teamId == null
                ? KeyOwner.account(row.getString(2))
                : new KeyOwner(memberId, teamId, row.getString(2));
    }

    public Tokens tokens() {
        JsonNode counts = read(pricingJson);
        long cached = read(usageJson)
                .path("prompt_tokens_details")
                .path("cached_tokens")
                .asLong(0);
        return new Tokens(
                counts.path("prompt_tokens").asLong(0),
                cached,
                counts.path("completion_tokens").asLong(0),
                counts.path("reasoning_tokens").asLong(0));
    }

    /** Returns the number of search queries. */
    public long searches() {
        return read(pricingJson).path("searches").asLong(0);
    }

    /** Returns the service tier that was charged; empty if the call has no price. */
    public String tier() {
        return pricingJson == null ? "" : read(pricingJson).path("tier").asString("standard");
    }

    /** Returns the time from the request's arrival to the end, or from the hold if the arrival is unknown; null while the call runs. */
    public @Nullable Duration took() {
        if (endedAt == null) {
            return null;
        }
        long settledMicros = course().path("settled").asLong(-1);
        return settledMicros < 0 ? Duration.between(startedAt, endedAt) : Duration.ofNanos(settledMicros * 1_000);
    }

    /** Microseconds from the request's arrival to the first byte of the answer; -1 where there was none, or it is not known. */
    public long firstByteMicros() {
        return course().path("first_byte").asLong(-1);
    }

    /** Returns the time of each step in microseconds from the request's arrival, and the attempts; missing if unknown. */
    public JsonNode course() {
        return read(courseJson);
    }

    private static JsonNode read(@Nullable String json) {
        if (json == null) {
            return MissingNode.getInstance();
        }
        try {
            return ApiJson.MAPPER.readTree(json);
        } catch (JacksonException e) {
            return MissingNode.getInstance();
        }
    }
}
