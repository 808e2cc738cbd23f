package dev.tollgate.customers.departure;

import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.FreeCredits;
import dev.tollgate.customers.people.Leavers;
import dev.tollgate.customers.people.Leavers.Leaver;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Erases the people of an account, and what names them; with all of them the account ends. Its outcome: whether anything was done. */
final class Erasure extends Write<Boolean> {

    private final Holdings holdings;
    private final String accountId;
    private final @Nullable String personId;
    private final BooleanSupplier condition;
    private final UnaryOperator<String> mark;
    private final Instant at;

    /**
     * @param personId who alone; null for all, and the account's keys
     * @param condition asked when it is applied
     * @param mark makes the mark that is kept of a login that was given credits to start with
     */
    Erasure(
            Holdings holdings,
            String accountId,
            @Nullable String personId,
            BooleanSupplier condition,
            UnaryOperator<String> mark,
            Instant at) {
        this.holdings = holdings;
        this.accountId = accountId;
        this.personId = personId;
        this.condition = condition;
        this.mark = mark;
        this.at = at;
    }

    @Override
    protected Boolean run(Statements statements) throws SQLException {
        boolean isWanted = condition.getAsBoolean();
        if (isWanted) {
            erase(statements);
            statements.erased();
        }
        return isWanted;
    }

    private void erase(Statements statements) throws SQLException {
        List<Leaver> leaving = personId == null
                ? Leavers.all(statements, accountId)
                : List.of(Leavers.one(statements, accountId, personId));
        List<Leaver> erased =
                leaving.stream().filter(each -> !each.isElsewhere()).toList();
        Leavers.requireAnOperatorLeft(statements, erased);
        boolean isStarted = FreeCredits.isStarted(statements, accountId);
        for (Leaver each : leaving) {
            if (isStarted) {
                Leavers.keepMarks(statements, each, mark);
            }
            Leavers.endMembership(statements, each, accountId, at);
        }
        for (Leaver each : erased) {
            holdings.erasePerson(statements, each.id(), each.login());
        }
        if (personId == null) {
            holdings.eraseAccount(statements, accountId, at);
        } else {
            renameAccountOf(statements, leaving.getFirst());
        }
    }

    /** Gives an account that has the name of its leaver its id as a name. */
    private void renameAccountOf(Statements statements, Leaver leaver) throws SQLException {
        Account.Change.NAME_OF_LEAVER.run(
                statements,
                leaver.login(),
                leaver.name(),
                Objects.requireNonNullElse(leaver.email(), leaver.login()),
                accountId);
    }
}
