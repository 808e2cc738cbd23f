package dev.tollgate.stress;

import dev.tollgate.storage.Database;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The database of some trials, as the trials reach it without the programs under trial. */
final class CrashDatabase {

    private final Stores kind;
    private final String url;
    private final Supplier<KeysFixture> fixture;
    private final Supplier<Database> reading;
    private final Map<String, String> environment;

    private CrashDatabase(
            Stores kind,
            String url,
            Supplier<KeysFixture> fixture,
            Supplier<Database> reading,
            Map<String, String> environment) {
        this.kind = kind;
        this.url = url;
        this.fixture = fixture;
        this.reading = reading;
        this.environment = environment;
    }

    /** The file in a data folder. */
    static CrashDatabase file(Path data) {
        return new CrashDatabase(
                Stores.SQLITE,
                "jdbc:sqlite:" + data.resolve("tollgate.db"),
                () -> new KeysFixture(data),
                () -> Database.openReading(data),
                Map.of("TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY));
    }

    /** One of a server, which several programs may share. */
    static CrashDatabase shared(String url) {
        return new CrashDatabase(
                Stores.POSTGRESQL,
                url,
                () -> KeysFixture.shared(url),
                () -> Database.openReading(url),
                Map.of("TOLLGATE_DATABASE_URL", Postgres.served(url), "TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY));
    }

    static CrashDatabase fresh(Stores kind, Path data) {
        return kind == Stores.SQLITE ? file(data) : shared(Postgres.migrated());
    }

    boolean isShared() {
        return kind == Stores.POSTGRESQL;
    }

    String url() {
        return url;
    }

    /** The environment with which a program finds it, apart from its data folder. */
    Map<String, String> environment() {
        return environment;
    }

    KeysFixture open() {
        return fixture.get();
    }

    Database openReading() {
        return reading.get();
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url);
    }

    /** The first column of the first row. */
    long number(String sql) {
        try (Connection connection = connect()) {
            return number(connection, sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    static long number(Connection connection, String sql) {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    // ---- the nodes of a shared one ----

    /** Those whose lease has not been found to have run out. */
    Set<String> nodes() {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT id FROM node")) {
            Set<String> ids = new HashSet<>();
            while (row.next()) {
                ids.add(row.getString(1));
            }
            return ids;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Does what time would do: the leases of all but the living run out. */
    void letLeasesRunOut(Set<String> living) {
        try (Connection connection = connect();
                PreparedStatement lapse =
                        connection.prepareStatement("UPDATE node SET lease_until = 0 WHERE NOT id = ANY (?)")) {
            lapse.setArray(1, connection.createArrayOf("text", living.toArray()));
            lapse.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Holds of nodes that are dead. */
    boolean hasHoldsOfOthers(Set<String> living) {
        try (Connection connection = connect();
                PreparedStatement count =
                        connection.prepareStatement("SELECT COUNT(*) FROM open_hold WHERE NOT node_id = ANY (?)")) {
            count.setArray(1, connection.createArrayOf("text", living.toArray()));
            try (ResultSet row = count.executeQuery()) {
                row.next();
                return row.getLong(1) > 0;
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- the end ----

    /** @param folder where a copy is put of what would be gone otherwise */
    void keep(Path folder) {
        if (isShared()) {
            try (Database database = openReading()) {
                database.backupTo(folder.resolve("copy.db"));
            }
        }
    }

    void drop() {
        if (isShared()) {
            Postgres.drop(url);
        }
    }
}
