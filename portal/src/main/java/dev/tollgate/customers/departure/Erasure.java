package dev.tollgate.customers.departure;

import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import java.sql.SQLException;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Erases the people of an account, and what names them; with all of them the account ends. Its outcome: whether anything was done. */
final class Erasure extends Write<Boolean> {

    private final String accountId;
    private final @Nullable String personId;
    private final BooleanSupplier condition;
    private final UnaryOperator<String> mark;
    private final Instant at;

    /**
     * @param personId who alone; null for all, and the account's keys
     * @param condition asked when it is applied
     * @param mark what is kept of a login that was given credits to start with
     */
    Erasure(
            String accountId,
            @Nullable String personId,
            BooleanSupplier condition,
            UnaryOperator<String> mark,
            Instant at) {
        this.accountId = accountId;
        this.personId = personId;
        this.condition = condition;
        this.mark = mark;
        this.at = at;
    }

    String accountId() {
        return accountId;
    }

    @Nullable
    String personId() {
        return personId;
    }

    String mark(String login) {
        return mark.apply(login);
    }

    Instant at() {
        return at;
    }

    @Override
    protected Boolean run(Statements statements) throws SQLException {
        boolean isWanted = condition.getAsBoolean();
        if (isWanted) {
            ErasureRows.erase(statements, this);
        }
        return isWanted;
    }
}
