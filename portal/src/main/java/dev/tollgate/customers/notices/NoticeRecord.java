package dev.tollgate.customers.notices;

import dev.tollgate.customers.webhooks.DeliveryQueue;
import dev.tollgate.customers.webhooks.WebhookEvent;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * A write that records the facts of a notice, in the unit of its mails and with its events for webhooks. Over all servers, each fact is recorded once. The
 * outcome is whether one of the facts is new.
 */
public class NoticeRecord extends Write<Boolean> {

    // Who was erased in the meantime gets no row again.
    private static final String FIRST = """
            INSERT INTO told (owner, kind, subject, fact) SELECT ?, ?, ?, ?
            WHERE EXISTS (SELECT 1 FROM person WHERE id = ?) OR EXISTS (SELECT 1 FROM account WHERE id = ? AND deleted_at IS NULL)
            ON CONFLICT DO NOTHING""";
    private static final String NEXT =
            "UPDATE told SET fact = ? WHERE owner = ? AND kind = ? AND subject = ? AND fact = ?";

    /**
     * A fact of a notice.
     *
     * @param owner the person or the account whose deletion takes it along
     * @param subject what the fact is about; empty for the owner
     * @param before the last recorded fact, as it was read; null if there was none
     * @param event for webhooks; null for none
     */
    record Fact(
            String owner,
            String kind,
            String subject,
            @Nullable String before,
            String fact,
            @Nullable AccountEvent event) {

        private boolean set(Statements statements) throws SQLException {
            int rows = before == null
                    ? statements.run(FIRST, owner, kind, subject, fact, owner, owner)
                    : statements.run(NEXT, fact, owner, kind, subject, before);
            if (rows == 1 && event != null) {
                event.queue(statements);
            }
            return rows == 1;
        }
    }

    /** An event of an account. @param id names it in the account: it is queued once @param data writes its members */
    record AccountEvent(String accountId, String id, WebhookEvent event, Instant at, Consumer<JsonGenerator> data) {

        private void queue(Statements statements) throws SQLException {
            DeliveryQueue.add(statements, accountId, id, event, WebhookEvent.text(data), at);
        }
    }

    private final List<Fact> facts;

    NoticeRecord(List<Fact> facts) {
        this.facts = List.copyOf(facts);
    }

    /** Makes a write without an event. @param before as it was read; null if there was none */
    static NoticeRecord of(String owner, String kind, @Nullable String before, String fact) {
        return new NoticeRecord(List.of(new Fact(owner, kind, "", before, fact, null)));
    }

    /** Returns the part that stores facts of notices. It comes before the part of mails. */
    public static Part<?> part() {
        return new WritePart<>(NoticeRecord.class);
    }

    @Override
    protected Boolean run(Statements statements) throws SQLException {
        boolean isNew = false;
        for (Fact fact : facts) {
            isNew |= fact.set(statements);
        }
        return isNew;
    }

    /** Returns the facts that people and accounts were notified of, for the export and the erasure of accounts. */
    public static Holding holding() {
        return Holding.of(ExportFile.of(
                        "notices.csv",
                        "the notices that you were sent last",
                        "told n",
                        "n.owner = :person",
                        "n.kind n.fact",
                        "n.kind"))
                .with(
                        RowErasure.ofPerson("DELETE FROM told WHERE owner = ?"),
                        RowErasure.ofAccount("DELETE FROM told WHERE owner = ?"));
    }
}
