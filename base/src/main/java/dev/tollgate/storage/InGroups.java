package dev.tollgate.storage;

import dev.tollgate.storage.RowStatement.Rows;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** New rows for an embedded database, a few by one run. */
final class InGroups implements Rows {

    private final Statements statements;
    private final String one;
    private final String several;
    private final List<@Nullable Object> values = new ArrayList<>();
    private int rows;

    InGroups(Statements statements, String one, String several) {
        this.statements = statements;
        this.one = one;
        this.several = several;
    }

    @Override
    public Rows text(@Nullable String value) {
        values.add(value);
        return this;
    }

    @Override
    public Rows utf8(byte @Nullable [] value) {
        values.add(value);
        return this;
    }

    @Override
    public Rows bytes(byte @Nullable [] value) {
        values.add(value);
        return this;
    }

    @Override
    public Rows number(long value) {
        values.add(value);
        return this;
    }

    @Override
    public Rows number(@Nullable Long value) {
        values.add(value);
        return this;
    }

    @Override
    public void next() throws SQLException {
        if (++rows == RowStatement.GROUP) {
            insert(several, values);
            values.clear();
            rows = 0;
        }
    }

    @Override
    public void finish() throws SQLException {
        int columns = rows == 0 ? 0 : values.size() / rows;
        for (int row = 0; row < rows; row++) {
            insert(one, values.subList(row * columns, (row + 1) * columns));
        }
        values.clear();
        rows = 0;
    }

    @Override
    public void finishLater() throws SQLException {
        finish();
    }

    @Override
    public void finishEach() throws SQLException {
        finish(); // an insert meets each row or fails
    }

    private void insert(String sql, List<@Nullable Object> row) throws SQLException {
        PreparedStatement statement = statements.of(sql);
        for (int i = 0; i < row.size(); i++) {
            switch (row.get(i)) {
                case String text -> statement.setString(i + 1, text);
                case byte[] bytes -> statement.setBytes(i + 1, bytes);
                case Long number -> statement.setObject(i + 1, number); // kept as it is, not boxed again
                case null, default -> statement.setNull(i + 1, Types.NULL);
            }
        }
        statement.executeUpdate();
    }
}
