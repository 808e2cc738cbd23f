package dev.tollgate.storage.holdings;

import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;

/**
 * A statement that erases rows of an account or a person, or the names of people in them.
 *
 * @param sql begins with {@code DELETE FROM} or {@code UPDATE}
 * @param values of its parameters, in their order
 */
public record RowErasure(String sql, List<Value> values) {

    /** The value of a parameter. */
    public enum Value {
        /** The id of an account that ends. */
        ACCOUNT,
        /** The id of a person. */
        PERSON,
        /** The login of a person, in lower case. */
        LOGIN,
        /** The present time. */
        TIME
    }

    /** Makes a statement that takes the id of an account that ends. */
    public static RowErasure ofAccount(String sql) {
        return new RowErasure(sql, List.of(Value.ACCOUNT));
    }

    /** Makes a statement that takes the id of a person. */
    public static RowErasure ofPerson(String sql) {
        return new RowErasure(sql, List.of(Value.PERSON));
    }

    /** Makes a statement that takes the login of a person. */
    public static RowErasure ofLogin(String sql) {
        return new RowErasure(sql, List.of(Value.LOGIN));
    }

    /** Returns whether it runs if an account ends; otherwise it runs if a person is erased. */
    public boolean isOfAccount() {
        return values.contains(Value.ACCOUNT);
    }

    /** Runs it in the writer's turn. @param subject returns a parameter's value */
    public void run(Statements statements, Function<Value, Object> subject) throws SQLException {
        statements.run(sql, values.stream().map(subject).toArray());
    }
}
