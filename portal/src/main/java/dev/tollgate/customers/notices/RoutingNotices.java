package dev.tollgate.customers.notices;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.customers.mail.Letter;
import dev.tollgate.models.routing.RoutedModel;
import dev.tollgate.models.routing.RoutedModels;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Mails operators that other models have answered than calls have named: each pair once, in at most one mail a day to a person (C13). Operators without a
 * confirmed address read it on the console. Thread-safe; blocks.
 */
public final class RoutingNotices {

    public static final Duration EVERY = Duration.ofMinutes(10);

    private static final Duration APART = Duration.ofDays(1);
    private static final String KIND = "routing";
    private static final int PEOPLE_MAX = 100;

    private final NoticeSender by;

    public RoutingNotices(NoticeSender by) {
        this.by = by;
    }

    /** Returns when a mail was sent last (0), or the time of its last row (1). */
    private static Instant part(Operator operator, int index) {
        String fact = operator.fact();
        return fact == null ? Instant.EPOCH : Instant.ofEpochMilli(Long.parseLong(fact.split(" ", 2)[index]));
    }

    /** Mails the rows that were not mailed yet. */
    public synchronized void sweep() {
        if (!by.outbox().isOn()) {
            return;
        }
        List<RoutedModel> rows = RoutedModels.all(by.database());
        if (!rows.isEmpty()) {
            by.each(PEOPLE_MAX, this::operators, Operator::id, operator -> look(operator, rows));
        }
    }

    private List<Operator> operators(String after) {
        return Operator.list(by, KIND, after, PEOPLE_MAX);
    }

    private void look(Operator operator, List<RoutedModel> rows) {
        Instant now = by.clock().instant();
        List<RoutedModel> fresh = rows.stream()
                .filter(row -> row.firstAt().isAfter(part(operator, 1)))
                .toList();
        if (fresh.isEmpty()
                || now.isBefore(part(operator, 0).plus(APART))
                || !Letter.canReach(operator.reader().address())) {
            return;
        }
        String fact = now.toEpochMilli() + " " + rows.getLast().firstAt().toEpochMilli();
        by.tell(
                NoticeRecord.of(operator.id(), KIND, operator.fact(), fact),
                operator.accountId(),
                () -> List.of(operator.reader()),
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
