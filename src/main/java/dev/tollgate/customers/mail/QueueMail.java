package dev.tollgate.customers.mail;

import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/** Writes a mail in the commit of the action that causes it. The outcome says whether it was written. */
final class QueueMail extends MailChange<Boolean> {

    /** The order in which mails are left out if too many wait. */
    enum Rank {
        /** The mail is left out. */
        USUAL,
        /** The action is refused. */
        NEEDED,
        /** The mail has room of its own, and is left out beyond that. */
        URGENT
    }

    private static final String INSERT = """
            INSERT INTO outgoing_mail (id, account_id, recipient, subject, body, state, attempts, queued_at, due_at)
            VALUES (?, ?, ?, ?, ?, 'waiting', 0, ?, ?)""";

    private final Outbox.Bounds bounds;
    private final WaitingMail mail;
    private final BooleanSupplier condition;
    private final Rank rank;
    private final Instant at;

    /**
     * @param condition asked once the deed is decided: where it was not done, nothing is written
     * @param rank what happens if there is no room
     */
    QueueMail(Outbox.Bounds bounds, WaitingMail mail, BooleanSupplier condition, Rank rank, Instant at) {
        this.bounds = bounds;
        this.mail = mail;
        this.condition = condition;
        this.rank = rank;
        this.at = at;
    }

    @Override
    protected Boolean run(Statements statements) throws SQLException {
        boolean wanted = condition.getAsBoolean();
        boolean fits = wanted && hasRoom(statements);
        if (wanted && !fits && rank == Rank.NEEDED) {
            throw new IllegalStateException("too many mails wait to be sent");
        }
        if (fits) {
            statements.run(
                    INSERT, mail.id(), mail.accountId(), mail.recipient(), mail.subject(), mail.sealedText(), at, at);
        }
        return fits;
    }

    private boolean hasRoom(Statements statements) throws SQLException {
        String accountId = mail.accountId();
        int urgent = rank == Rank.URGENT ? bounds.urgent() : 0;
        int all = bounds.all() * (rank == Rank.URGENT ? 2 : 1);
        int most = (accountId == null ? bounds.strangers() : bounds.account()) + urgent;
        long waiting = accountId == null
                ? statements.number(Outbox.COUNT_STRANGERS, most)
                : statements.number(Outbox.COUNT_ACCOUNTS, accountId, most);
        return waiting < most && statements.number(Outbox.COUNT, all) < all;
    }
}
