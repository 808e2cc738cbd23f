package dev.tollgate.storage;

import dev.tollgate.storage.RowStatement.Reader;
import dev.tollgate.storage.RowStatement.Rows;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows for a server: all by one run of a statement, in one trip with other statements if its result is not needed at once. */
final class AtOnce implements Rows {

    private final Statements statements;
    private final String sql;
    private final List<String> types;
    private final @Nullable Reader reader;
    private final List<List<@Nullable Object>> columns = new ArrayList<>();
    private int index;
    private int rows;

    AtOnce(Statements statements, String sql, List<String> types, @Nullable Reader reader) {
        this.statements = statements;
        this.sql = sql;
        this.types = types;
        this.reader = reader;
        types.forEach(type -> columns.add(new ArrayList<>()));
    }

    @Override
    public Rows text(@Nullable String value) {
        columns.get(index++).add(value);
        return this;
    }

    @Override
    public Rows utf8(byte @Nullable [] value) {
        return text(value == null ? null : new String(value, StandardCharsets.UTF_8));
    }

    @Override
    public Rows bytes(byte @Nullable [] value) {
        columns.get(index++).add(value);
        return this;
    }

    @Override
    public Rows number(long value) {
        columns.get(index++).add(value);
        return this;
    }

    @Override
    public Rows number(@Nullable Long value) {
        columns.get(index++).add(value);
        return this;
    }

    @Override
    public void next() {
        index = 0;
        rows++;
    }

    @Override
    public void finish() throws SQLException {
        finishLater();
        if (reader != null) {
            statements.runLater();
        }
    }

    @Override
    public void finishLater() throws SQLException {
        if (rows == 0) {
            return;
        }
        if (reader == null) {
            statements.writeLater(sql, arrays(), Statements.ANY);
        } else {
            statements.readLater(sql, arrays(), reader);
        }
    }

    @Override
    public void finishEach() throws SQLException {
        if (rows > 0) {
            statements.writeLater(sql, arrays(), rows);
        }
    }

    private List<Array> arrays() throws SQLException {
        List<Array> arrays = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            String type = types.get(i);
            Object[] elements =
                    switch (type) {
                        case "text" -> new String[rows];
                        case "bytea" -> new byte[rows][];
                        default -> new Long[rows];
                    };
            arrays.add(statements.array(type, columns.get(i).toArray(elements)));
        }
        return arrays;
    }
}
