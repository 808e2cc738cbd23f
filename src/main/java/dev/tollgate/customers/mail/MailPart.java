package dev.tollgate.customers.mail;

import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Applies changes of mails, behind the parts that decide their deeds. Writer's turn only. */
@SuppressWarnings("rawtypes") // a class literal has no type arguments
final class MailPart implements Part<MailChange> {

    static final String WAITING = "waiting";
    static final String SENT = "sent";
    static final String FAILED = "failed";

    private static final String INSERT = """
            INSERT INTO outgoing_mail (id, account_id, recipient, subject, body, state, attempts, queued_at, due_at)
            VALUES (?, ?, ?, ?, ?, 'waiting', 0, ?, ?)""";
    private static final String DUE = """
            SELECT id, account_id, recipient, subject, body, attempts FROM outgoing_mail
            WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, id LIMIT ?""";
    private static final String CLAIM = "UPDATE outgoing_mail SET due_at = ?, attempts = attempts + 1 WHERE id = ?";
    private static final String AGAIN = """
            UPDATE outgoing_mail SET due_at = ?, reason = ? WHERE id = ? AND attempts = ? AND state = 'waiting'""";
    private static final String END = """
            UPDATE outgoing_mail SET state = ?, ended_at = ?, reason = ?, body = '' WHERE id = ? AND attempts = ?
            AND state = 'waiting'""";
    private static final String OLD =
            "SELECT id FROM outgoing_mail WHERE state <> 'waiting' AND ended_at < ? ORDER BY ended_at LIMIT ?";

    private final Outbox.Bounds bounds;
    private final Runnable queued;

    /** @param queued runs after a commit with new mails; must not block */
    MailPart(Outbox.Bounds bounds, Runnable queued) {
        this.bounds = bounds;
        this.queued = queued;
    }

    @Override
    public Class<MailChange> type() {
        return MailChange.class;
    }

    @Override
    public void write(Statements statements, List<MailChange> changes) throws SQLException {
        for (MailChange<?> change : changes) {
            switch (change) {
                case QueueMail queue -> queue(statements, queue);
                case ClaimMails claim -> claim(statements, claim);
                case EndMail end -> end(statements, end);
                case ForgetMails forget -> forget(statements, forget);
            }
        }
    }

    @Override
    public void committed(List<MailChange> changes) {
        if (changes.stream().anyMatch(change -> change instanceof QueueMail queue && queue.outcome())) {
            queued.run();
        }
    }

    private void queue(Statements statements, QueueMail queue) throws SQLException {
        boolean wanted = queue.isWanted();
        boolean fits = wanted && hasRoom(statements, queue);
        if (wanted && !fits && queue.rank() == QueueMail.Rank.NEEDED) {
            throw new IllegalStateException("too many mails wait to be sent");
        }
        if (fits) {
            WaitingMail mail = queue.mail();
            PreparedStatement insert = statements.of(INSERT);
            insert.setString(1, mail.id());
            insert.setString(2, mail.accountId());
            insert.setString(3, mail.recipient());
            insert.setString(4, mail.subject());
            insert.setString(5, mail.sealedText());
            insert.setLong(6, queue.at().toEpochMilli());
            insert.setLong(7, queue.at().toEpochMilli());
            insert.executeUpdate();
        }
        queue.queued(fits);
    }

    private boolean hasRoom(Statements statements, QueueMail queue) throws SQLException {
        String accountId = queue.accountId();
        PreparedStatement of = statements.of(accountId == null ? Outbox.COUNT_STRANGERS : Outbox.COUNT_ACCOUNTS);
        int index = 1;
        if (accountId != null) {
            of.setString(index++, accountId);
        }
        boolean isUrgent = queue.rank() == QueueMail.Rank.URGENT;
        int most = (accountId == null ? bounds.strangers() : bounds.account()) + (isUrgent ? bounds.urgent() : 0);
        int all = bounds.all() * (isUrgent ? 2 : 1);
        of.setInt(index, most);
        PreparedStatement together = statements.of(Outbox.COUNT);
        together.setInt(1, all);
        return Outbox.count(of) < most && Outbox.count(together) < all;
    }

    private static void claim(Statements statements, ClaimMails claim) throws SQLException {
        PreparedStatement due = statements.of(DUE + statements.dialect().lock());
        due.setLong(1, claim.now().toEpochMilli());
        due.setInt(2, claim.most());
        List<WaitingMail> taken = new ArrayList<>();
        try (ResultSet row = due.executeQuery()) {
            while (row.next()) {
                taken.add(new WaitingMail(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        row.getInt(6) + 1));
            }
        }
        for (WaitingMail mail : taken) {
            PreparedStatement update = statements.of(CLAIM);
            update.setLong(1, claim.until().toEpochMilli());
            update.setString(2, mail.id());
            update.executeUpdate();
        }
        claim.took(taken);
    }

    private static void end(Statements statements, EndMail end) throws SQLException {
        boolean again = end.state().equals(WAITING);
        PreparedStatement update = statements.of(again ? AGAIN : END);
        int index = 1;
        if (!again) {
            update.setString(index++, end.state());
        }
        update.setLong(index++, end.at().toEpochMilli());
        update.setString(index++, end.reason());
        update.setString(index++, end.mail().id());
        update.setInt(index, end.mail().attempts());
        end.took(update.executeUpdate() == 1);
    }

    private static void forget(Statements statements, ForgetMails forget) throws SQLException {
        PreparedStatement old = statements.of(OLD);
        old.setLong(1, forget.before().toEpochMilli());
        old.setInt(2, forget.most());
        List<String> ids = new ArrayList<>();
        try (ResultSet row = old.executeQuery()) {
            while (row.next()) {
                ids.add(row.getString(1));
            }
        }
        for (String id : ids) {
            PreparedStatement delete = statements.of("DELETE FROM outgoing_mail WHERE id = ?");
            delete.setString(1, id);
            delete.executeUpdate();
        }
        forget.forgot(ids.size());
    }
}
