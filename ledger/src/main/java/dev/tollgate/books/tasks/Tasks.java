package dev.tollgate.books.tasks;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.books.calls.CallRows;
import dev.tollgate.books.calls.EndedCall;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.labels.Labels;
import dev.tollgate.models.PriceTerms;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.storage.sql.Reads;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Finds tasks: running calls by their holds, ended ones by their rows. Thread-safe; reads block. */
public record Tasks(Database database) {

    private static final String OWNER = """
            COALESCE((SELECT k.team_id FROM api_key k WHERE k.id = c.key_id), '') AS team,
                COALESCE((SELECT k.member_id FROM api_key k WHERE k.id = c.key_id), '') AS member""";

    private static final String ENDED = "SELECT " + CallRows.SELECTED + ", " + PriceTerms.OF_CALL.formatted("price")
            + " AS terms, " + PriceTerms.OF_CALL.formatted("cost_price") + " AS cost_terms, " + OWNER
            + " FROM call c WHERE c.id = ? AND c.account_id = ?";

    private static final String RUNNING =
            "SELECT c.id, c.account_id, c.key_id, c.door, c.model, c.created_at, c.member_id, c.team_id, c.labels, c.held_micros, "
                    + OWNER + " FROM open_hold c WHERE c.id = ? AND c.account_id = ?";

    // A key without a first id was never moved.
    private static final String READS = """
            SELECT 1 FROM api_key WHERE id = ?
                AND (CASE WHEN member_id = '' THEN team_id ELSE member_id END = ?
                    OR CASE WHEN origin_id = '' THEN id ELSE origin_id END = ?)""";

    private static final String TEAM = "SELECT name FROM team WHERE id = ? AND account_id = ?";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(tools.jackson.databind.DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** The task, if it is this account's: another's is as good as none (decision D28). */
    public Optional<Task> find(String accountId, String id) {
        return find(accountId, id, null);
    }

    /** Returns the task if a key may read it: one of its own, or of its owner's other keys. @param reads null for all of the account */
    public Optional<Task> find(String accountId, String id, @Nullable KeyOwner reads) {
        return database.readFor(accountId, sql -> {
            Task ended = sql.one(ENDED, row -> ended(sql, row), id, accountId);
            Task task = ended == null ? sql.one(RUNNING, Tasks::running, id, accountId) : ended;
            if (task == null) {
                return Optional.empty();
            }
            boolean mayRead = reads == null || sql.has(READS, task.keyId(), reads.id(), reads.originId());
            return mayRead ? Optional.of(task) : Optional.empty();
        });
    }

    private static Task ended(Reads sql, ResultSet row) throws SQLException {
        EndedCall call = CallRows.read(row);
        String stoppedBy = call.details().course().stoppedBy();
        return new Task(
                null,
                call,
                call.heldMicros(),
                PriceTerms.readOrNull(call.price(), row.getString("terms")),
                PriceTerms.tariffOrNull(row.getString("cost_terms")),
                stoppedBy == null ? null : named(sql, call.accountId(), stoppedBy),
                row.getString("team"),
                row.getString("member"),
                Labels.of(sql, call.accountId(), call.labels()));
    }

    /** Adds the name of a team, which the row does not keep, after its id. */
    private static WrittenJson named(Reads sql, String accountId, String stoppedBy) throws SQLException {
        ObjectNode limit = (ObjectNode) JSON.readTree(stoppedBy);
        String name = limit.path("owner").stringValue("").equals("team")
                ? sql.one(TEAM, row -> row.getString(1), limit.path("id").stringValue(""), accountId)
                : null;
        if (name == null || name.isEmpty()) {
            return WrittenJson.of(stoppedBy);
        }
        ObjectNode named = JSON.createObjectNode();
        limit.properties().forEach(member -> {
            named.set(member.getKey(), member.getValue());
            if (member.getKey().equals("id")) {
                named.put("name", name);
            }
        });
        return WrittenJson.of(named.toString());
    }

    private static Task running(ResultSet row) throws SQLException {
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
        return new Task(
                hold,
                null,
                row.getLong(10),
                null,
                null,
                null,
                row.getString("team"),
                row.getString("member"),
                CallLabels.of(hold.labels()));
    }
}
