package dev.tollgate.customers.notices;

import dev.tollgate.customers.mail.Letter;
import dev.tollgate.customers.mail.Reader;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells those who have saved a billing contact, once a month, where the statement of the month that has ended (UTC) and its papers are. What
 * went out is noted in one commit with the mail, so a restart sends nothing twice and nothing is forgotten. Thread-safe; blocks.
 */
public final class MonthlyStatements {

    public static final Duration EVERY = Duration.ofMinutes(30);

    private static final int ACCOUNTS_MAX = 100;
    private static final int PEOPLE_MAX = 5;
    private static final int PAPERS_MAX = 50;

    private static final String DUE = """
            SELECT b.account_id, t.fact FROM billing_contact b JOIN account a ON a.id = b.account_id
                LEFT JOIN told t ON t.owner = b.account_id AND t.kind = 'statement'
            WHERE b.account_id > ? AND (b.name <> '' OR b.address <> '') AND a.blocked = 0 AND a.created_at < ?
                AND a.last_number_at >= ? AND (t.fact IS NULL OR t.fact < ?)
            ORDER BY b.account_id LIMIT ?""";
    private static final String PEOPLE = """
            SELECT %s FROM member JOIN person ON person.id = member.person_id
                JOIN account ON account.id = member.account_id
            WHERE member.account_id = ? AND member.left_at IS NULL AND member.role IN ('owner', 'admin', 'billing')
                AND person.email IS NOT NULL AND person.confirmed_at IS NOT NULL
            ORDER BY member.created_at, member.id LIMIT ?""".formatted(Reader.COLUMNS);
    private static final String PAPERS = """
            SELECT id FROM payment WHERE account_id = ? AND state = 'paid' AND ended_at >= ? AND ended_at < ?
            ORDER BY ended_at, id LIMIT ?""";

    private final NoticeSender by;

    public MonthlyStatements(NoticeSender by) {
        this.by = by;
    }

    /** An account. @param told the month that was mailed last; null for none */
    private record Due(String accountId, @Nullable String told) {}

    /** Sends what is due. */
    public synchronized void sweep() {
        if (!by.outbox().isOn()) {
            return;
        }
        YearMonth month =
                YearMonth.from(by.clock().instant().atZone(ZoneOffset.UTC)).minusMonths(1);
        by.each(ACCOUNTS_MAX, after -> due(month, after), Due::accountId, due -> send(due, month));
    }

    private void send(Due due, YearMonth month) {
        String accountId = due.accountId();
        List<String> papers = papers(accountId, month);
        by.tell(
                NoticeRecord.of(accountId, "statement", due.told(), month.toString()),
                accountId,
                () -> by.list(PEOPLE, Reader::of, accountId, PEOPLE_MAX).stream()
                        .filter(reader -> Letter.canReach(reader.address()))
                        .toList(),
                to -> by.letters().statement(to, month, papers));
    }

    private List<Due> due(YearMonth month, String after) {
        return by.list(
                DUE,
                row -> new Due(row.getString(1), row.getString(2)),
                after,
                start(month.plusMonths(1)),
                start(month),
                month.toString(),
                ACCOUNTS_MAX);
    }

    private List<String> papers(String accountId, YearMonth month) {
        return by.list(
                PAPERS, row -> row.getString(1), accountId, start(month), start(month.plusMonths(1)), PAPERS_MAX);
    }

    private static Instant start(YearMonth month) {
        return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
