package dev.tollgate.storage;

import dev.tollgate.storage.RowStatement.Reader;
import dev.tollgate.storage.RowStatement.Rows;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import org.jspecify.annotations.Nullable;

/** Rows for an embedded database, each by a run of its own: a run there costs little more than what it does. */
final class OneByOne implements Rows {

    private final PreparedStatement statement;
    private final @Nullable Reader reader;
    private int index;
    private int rows;
    private int met;

    OneByOne(PreparedStatement statement, @Nullable Reader reader) {
        this.statement = statement;
        this.reader = reader;
    }

    @Override
    public Rows text(@Nullable String value) throws SQLException {
        index++;
        if (value == null) {
            statement.setNull(index, Types.VARCHAR);
        } else {
            statement.setString(index, value);
        }
        return this;
    }

    @Override
    public Rows utf8(byte @Nullable [] value) {
        throw new UnsupportedOperationException("only new rows have it");
    }

    @Override
    public Rows bytes(byte @Nullable [] value) throws SQLException {
        statement.setBytes(++index, value);
        return this;
    }

    @Override
    public Rows number(long value) throws SQLException {
        statement.setLong(++index, value);
        return this;
    }

    @Override
    public Rows number(@Nullable Long value) throws SQLException {
        if (value == null) {
            statement.setNull(++index, Types.BIGINT);
            return this;
        }
        return number(value.longValue());
    }

    @Override
    public void next() throws SQLException {
        if (reader == null) {
            met += statement.executeUpdate();
        } else {
            try (ResultSet row = statement.executeQuery()) {
                Statements.readAll(row, reader);
            }
        }
        rows++;
        index = 0;
    }

    @Override
    public void finish() {}

    @Override
    public void finishLater() {}

    @Override
    public void finishEach() {
        if (rows != met) {
            throw new IllegalStateException(rows + " rows to be updated, " + met + " exist");
        }
    }
}
