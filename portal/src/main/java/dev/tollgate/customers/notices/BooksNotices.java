package dev.tollgate.customers.notices;

import dev.tollgate.books.auditlog.UnseenDifferences;
import dev.tollgate.customers.mail.Letter;
import java.time.Duration;
import java.util.List;

/**
 * Mails operators that a check of the books has found differences: each check once to a person, on whichever server. Operators without a confirmed address
 * read it on the console. Thread-safe; blocks.
 */
public final class BooksNotices {

    public static final Duration EVERY = Duration.ofMinutes(1);

    private static final String KIND = "books";
    private static final int PEOPLE_MAX = 100;

    private final NoticeSender by;

    public BooksNotices(NoticeSender by) {
        this.by = by;
    }

    /** Mails the differences that were not mailed yet. */
    public synchronized void sweep() {
        if (!by.outbox().isOn()) {
            return;
        }
        UnseenDifferences unseen = by.database().read(UnseenDifferences::find);
        if (unseen != null) {
            by.each(PEOPLE_MAX, this::operators, Operator::id, operator -> look(operator, unseen));
        }
    }

    private List<Operator> operators(String after) {
        return Operator.list(by, KIND, after, PEOPLE_MAX);
    }

    private void look(Operator operator, UnseenDifferences unseen) {
        String fact = Long.toString(unseen.at().toEpochMilli());
        if (!fact.equals(operator.fact()) && Letter.canReach(operator.reader().address())) {
            by.tell(
                    NoticeRecord.of(operator.id(), KIND, operator.fact(), fact),
                    operator.accountId(),
                    () -> List.of(operator.reader()),
                    to -> by.letters().booksDiffer(to, unseen.at(), unseen.count(), unseen.subject()));
        }
    }
}
