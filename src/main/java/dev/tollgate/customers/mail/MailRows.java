package dev.tollgate.customers.mail;

import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The table of mails as the writer sees it. Writer's turn only. */
final class MailRows {

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

    private final Statements statements;

    MailRows(Statements statements) {
        this.statements = statements;
    }

    /** Takes mails that are due for one sender: until the lease has run out no other takes them. */
    List<WaitingMail> claim(Instant now, Instant until, int most) throws SQLException {
        List<WaitingMail> due = statements.list(
                DUE + statements.dialect().lock(),
                row -> new WaitingMail(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        row.getInt(6) + 1),
                now,
                most);
        for (WaitingMail mail : due) {
            statements.run(CLAIM, until, mail.id());
        }
        return due;
    }

    /** @return whether the claim still held */
    boolean sent(WaitingMail mail, Instant at) throws SQLException {
        return end(mail, "sent", null, at);
    }

    /** @return whether the claim still held */
    boolean giveUp(WaitingMail mail, String reason, Instant at) throws SQLException {
        return end(mail, "failed", reason, at);
    }

    private boolean end(WaitingMail mail, String state, @Nullable String reason, Instant at) throws SQLException {
        return statements.run(END, state, at, reason, mail.id(), mail.attempts()) == 1;
    }

    /** @param next when it is tried again @return whether the claim still held */
    boolean again(WaitingMail mail, String reason, Instant next) throws SQLException {
        return statements.run(AGAIN, next, reason, mail.id(), mail.attempts()) == 1;
    }

    /** Deletes rows of mails that have ended long ago. @return their number */
    int forget(Instant before, int most) throws SQLException {
        List<String> ids = statements.list(OLD, row -> row.getString(1), before, most);
        for (String id : ids) {
            statements.run("DELETE FROM outgoing_mail WHERE id = ?", id);
        }
        return ids.size();
    }
}
