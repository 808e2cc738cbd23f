package dev.tollgate.customers.notices;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.customers.mail.Letter;
import dev.tollgate.customers.mail.Reader;
import dev.tollgate.models.routing.RoutedModel;
import dev.tollgate.models.routing.RoutedModels;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Mails operators that other models have answered than calls have named: each pair once, in at most one mail a day to a person (C13). Operators without a
 * confirmed address read it on the console. Thread-safe; blocks.
 */
public final class RoutingNotices {

    public static final Duration EVERY = Duration.ofMinutes(10);

    private static final Duration APART = Duration.ofDays(1);
    private static final String KIND = "routing";
    private static final int PEOPLE_MAX = 100;

    private static final String OPERATORS = """
            SELECT person.id, person.account_id, told.fact, %s
            FROM person JOIN account ON account.id = person.account_id LEFT JOIN told ON told.owner = person.id AND told.kind = ?
            WHERE person.id > ? AND person.role = 'operator' AND person.email IS NOT NULL AND person.confirmed_at IS NOT NULL
            ORDER BY person.id LIMIT ?""".formatted(Reader.COLUMNS);

    private final NoticeSender by;

    public RoutingNotices(NoticeSender by) {
        this.by = by;
    }

    /** @param fact when a mail was sent last, and the time of its last row, in milliseconds; null if none was */
    private record Somebody(
            String id,
            String accountId,
            Reader reader,
            @Nullable String fact) {

        private Instant part(int index) {
            return fact == null ? Instant.EPOCH : Instant.ofEpochMilli(Long.parseLong(fact.split(" ", 2)[index]));
        }

        Instant mailedAt() {
            return part(0);
        }

        Instant lastRow() {
            return part(1);
        }
    }

    /** Mails the rows that were not mailed yet. */
    public synchronized void sweep() {
        if (!by.outbox().isOn()) {
            return;
        }
        List<RoutedModel> rows = RoutedModels.all(by.database());
        if (!rows.isEmpty()) {
            by.each(PEOPLE_MAX, this::operators, Somebody::id, somebody -> look(somebody, rows));
        }
    }

    private List<Somebody> operators(String after) {
        return by.list(
                OPERATORS,
                row -> new Somebody(row.getString(1), row.getString(2), Reader.of(row), row.getString(3)),
                KIND,
                after,
                PEOPLE_MAX);
    }

    private void look(Somebody somebody, List<RoutedModel> rows) {
        Instant now = by.clock().instant();
        List<RoutedModel> fresh = rows.stream()
                .filter(row -> row.firstAt().isAfter(somebody.lastRow()))
                .toList();
        if (fresh.isEmpty()
                || now.isBefore(somebody.mailedAt().plus(APART))
                || !Letter.canReach(somebody.reader().address())) {
            return;
        }
        String fact = now.toEpochMilli() + " " + rows.getLast().firstAt().toEpochMilli();
        by.tell(
                NoticeRecord.of(somebody.id(), KIND, somebody.fact(), fact),
                somebody.accountId(),
                () -> List.of(somebody.reader()),
                to -> by.letters()
                        .modelsAnswered(
                                to, fresh.stream().map(RoutingNotices::sentence).toList()));
    }

    private static String sentence(RoutedModel row) {
        return say(
                "Channel {channel}: {sent} was sent, and {answered} answered.",
                row.channel(),
                row.sent(),
                row.answered());
    }
}
