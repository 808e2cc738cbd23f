package dev.tollgate.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * Writes calls as the program's writer does, a batch in a commit: the holds of a batch are opened, and the holds of the batch before end. The account of each
 * call is drawn at random, which is the worst case. One thread.
 */
final class WriterTrial implements AutoCloseable {

    private static final int BATCH = 50;

    private final RowInsert hold = RowInsert.row(
            "open_hold",
            List.of(
                    "id text",
                    "account_id text",
                    "key_id text",
                    "door text",
                    "model text",
                    "created_at bigint",
                    "held_micros bigint",
                    "node_id text",
                    "labels text"),
            it -> CallRows.values(
                    it.id(),
                    it.accountId(),
                    it.keyId(),
                    "chat",
                    EndedCall.MODEL,
                    it.createdAt(),
                    EndedCall.HELD,
                    "",
                    ""));

    private final Connection connection;
    private final boolean isEmbedded;
    private final CallRows rows;
    private final Random random = new Random(60);
    private final long[] numbers;
    private final List<RowInsert> inserts;
    private final PreparedStatement deleteHold;
    private final PreparedStatement updateAccount;
    private List<EndedCall> open = List.of();
    private long count;

    WriterTrial(Connection connection, boolean isEmbedded, CallRows rows, int accounts) throws SQLException {
        this.connection = connection;
        this.isEmbedded = isEmbedded;
        this.rows = rows;
        this.numbers = new long[accounts];
        this.inserts = rows.inserts();
        connection.setAutoCommit(false);
        makeTables(accounts);
        this.deleteHold =
                connection.prepareStatement("DELETE FROM open_hold WHERE id = " + (isEmbedded ? "?" : "ANY (?)"));
        this.updateAccount = connection.prepareStatement(
                isEmbedded
                        ? "UPDATE account SET balance_micros = ?, consumed_micros = ?, last_number = ?, last_at = ? WHERE id = ?"
                        : "UPDATE account SET balance_micros = r.balance, consumed_micros = r.consumed, last_number = r.number, last_at = r.at"
                                + " FROM unnest(?, ?, ?, ?, ?) AS r (balance, consumed, number, at, id) WHERE account.id = r.id");
    }

    private void makeTables(int accounts) throws SQLException {
        String clustered = isEmbedded ? " WITHOUT ROWID" : "";
        String loose = isEmbedded ? "" : " WITH (fillfactor = 50)";
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE account (id TEXT NOT NULL PRIMARY KEY, balance_micros BIGINT NOT NULL CHECK (balance_micros >= 0),"
                            + " consumed_micros BIGINT NOT NULL, last_number BIGINT NOT NULL, last_at BIGINT NOT NULL)"
                            + clustered + loose);
            statement.execute(
                    "CREATE TABLE open_hold (id TEXT NOT NULL PRIMARY KEY, account_id TEXT NOT NULL, key_id TEXT NOT NULL, door TEXT NOT NULL,"
                            + " model TEXT NOT NULL, created_at BIGINT NOT NULL, held_micros BIGINT NOT NULL CHECK (held_micros >= 0), node_id TEXT NOT NULL,"
                            + " labels TEXT NOT NULL)" + clustered + loose);
            for (String table : rows.tables(isEmbedded)) {
                statement.execute(table);
            }
        }
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO account VALUES (?, 10000000000, 0, 0, 0)")) {
            for (int i = 0; i < accounts; i++) {
                insert.setString(1, EndedCall.accountId(i));
                insert.addBatch();
            }
            insert.executeBatch();
        }
        connection.commit();
    }

    /** Ends about so many calls. */
    void write(int calls) throws SQLException {
        for (int i = 0; i < calls; i += BATCH) {
            List<EndedCall> ending = open;
            open = new ArrayList<>(BATCH);
            for (int j = 0; j < BATCH; j++) {
                int account = random.nextInt(numbers.length);
                open.add(EndedCall.next(random, account, ++numbers[account], 1_795_851_076_515L + count / 4, count++));
            }
            batch(ending);
        }
    }

    private void batch(List<EndedCall> ending) throws SQLException {
        hold.run(connection, isEmbedded, open);
        if (!ending.isEmpty()) {
            rows.beforeBatch(connection, isEmbedded, ending);
            deleteHolds(ending);
            for (RowInsert insert : inserts) {
                insert.run(connection, isEmbedded, ending);
            }
            updateAccounts(ending);
        }
        connection.commit();
    }

    private void deleteHolds(List<EndedCall> ending) throws SQLException {
        if (!isEmbedded) {
            Object[] ids = ending.stream().map(EndedCall::id).toArray();
            deleteHold.setArray(1, connection.createArrayOf("text", ids));
            deleteHold.executeUpdate();
            return;
        }
        for (EndedCall call : ending) {
            deleteHold.setString(1, call.id());
            deleteHold.executeUpdate();
        }
    }

    private void updateAccounts(List<EndedCall> ending) throws SQLException {
        TreeMap<String, EndedCall> last = new TreeMap<>();
        ending.forEach(call -> last.put(call.accountId(), call));
        List<EndedCall> calls = List.copyOf(last.values());
        if (isEmbedded) {
            for (EndedCall call : calls) {
                long consumed = call.number() * EndedCall.CHARGED;
                updateAccount.setLong(1, call.balanceAfter());
                updateAccount.setLong(2, consumed);
                updateAccount.setLong(3, call.number());
                updateAccount.setLong(4, call.endedAt());
                updateAccount.setString(5, call.accountId());
                updateAccount.executeUpdate();
            }
            return;
        }
        numbers(1, calls.stream().map(EndedCall::balanceAfter).toArray());
        numbers(2, calls.stream().map(it -> it.number() * EndedCall.CHARGED).toArray());
        numbers(3, calls.stream().map(EndedCall::number).toArray());
        numbers(4, calls.stream().map(EndedCall::endedAt).toArray());
        updateAccount.setArray(
                5,
                connection.createArrayOf(
                        "text", calls.stream().map(EndedCall::accountId).toArray()));
        updateAccount.executeUpdate();
    }

    private void numbers(int parameter, Object[] values) throws SQLException {
        updateAccount.setArray(parameter, connection.createArrayOf("bigint", values));
    }

    /** Runs a query to its end, and reads each column. @return the rows */
    int read(String sql, String... parameters) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setFetchSize(1_000);
            for (int i = 0; i < parameters.length; i++) {
                select.setString(i + 1, parameters[i]);
            }
            try (ResultSet row = select.executeQuery()) {
                int columns = row.getMetaData().getColumnCount();
                int found = 0;
                for (; row.next(); found++) {
                    for (int column = 1; column <= columns; column++) {
                        row.getObject(column);
                    }
                }
                return found;
            }
        } finally {
            connection.rollback();
        }
    }

    /** Returns the id of an account by its number. */
    String account(int number) {
        return EndedCall.accountId(number % numbers.length);
    }

    CallRows rows() {
        return rows;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
