package dev.tollgate.customers.allowances;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.secrets.SecretBox;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The store of allowances, which names and uses them. Thread-safe; {@link #wait} and {@link #use} block. */
public final class Allowances {

    private static final int PRINT_BYTES = 16;
    private static final String FIND = "SELECT ends_at, used FROM allowance WHERE name = ?";

    private final Database database;
    private final SecretBox secrets;
    private final InstantSource clock;

    public Allowances(Database database, SecretBox secrets, InstantSource clock) {
        this.database = database;
        this.secrets = secrets;
        this.clock = clock;
    }

    /** Goes before the parts whose changes depend on it. */
    public static Part<?> part() {
        return new AllowancePart();
    }

    /** @param kind what may be done; @param whose a person, an account or a network; it is not stored in clear */
    public Allowance of(String kind, String whose, int most, Duration window) {
        byte[] print = secrets.print("allowance " + kind, whose.getBytes(StandardCharsets.UTF_8));
        return new Allowance(kind + " " + HexFormat.of().formatHex(print, 0, PRINT_BYTES), most, window);
    }

    /** A change that uses one of each, to be put before those that depend on it. */
    public Use using(List<Allowance> allowances) {
        return new Use(allowances, clock.instant());
    }

    /** Uses one of each in a commit of its own. @return how long to wait; zero if they were used */
    public Duration use(Writer writer, List<Allowance> allowances) {
        Duration wait = wait(allowances);
        if (wait.isPositive()) {
            return wait;
        }
        Use use = using(allowances);
        writer.commitAndWait(Unit.of(use));
        return use.outcome();
    }

    /** Returns how long a use would have to wait now, zero for not at all: what is refused by this causes no commit. */
    public Duration wait(List<Allowance> allowances) {
        long now = clock.millis();
        return database.read(sql -> {
            long waitMillis = 0;
            for (Allowance allowance : allowances) {
                Used used = sql.one(FIND, Allowances::used, allowance.name());
                if (used != null && used.times() >= allowance.most()) {
                    waitMillis = Math.max(waitMillis, used.endsAtMillis() - now);
                }
            }
            return Duration.ofMillis(Math.max(0, waitMillis));
        });
    }

    private record Used(long endsAtMillis, int times) {}

    private static Used used(ResultSet row) throws SQLException {
        return new Used(row.getLong(1), row.getInt(2));
    }

    /**
     * A limit on uses within a time that begins with the first use.
     *
     * @param name of the row that counts it
     */
    public record Allowance(String name, int most, Duration window) {

        public Allowance {
            if (most < 1 || !window.isPositive()) {
                throw new IllegalArgumentException("an allowance lets something happen");
            }
        }
    }

    /** Uses one of each of some allowances, or nothing if one of them is used up. The outcome is how long to wait: zero if they were used. */
    public static final class Use extends Decision<Duration> {

        private final List<Allowance> allowances;
        private final Instant at;

        Use(List<Allowance> allowances, Instant at) {
            this.allowances = List.copyOf(allowances);
            this.at = at;
        }

        private void left(Duration wait) {
            decide(wait);
        }

        /** Returns whether they were used; asked on the writer's thread by changes behind it, or once the unit is reported. */
        public boolean isAllowed() {
            return outcome().isZero();
        }
    }

    /** Goes before the parts whose changes depend on it. Writer's turn only. */
    private static final class AllowancePart implements Part<Use> {

        private static final int FORGOTTEN_EACH = 20;

        /** Makes the row or takes it, and says what it has. */
        private static final String TAKE = "INSERT INTO allowance (name, ends_at, used) VALUES (?, 0, 0)"
                + " ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING ends_at, used";

        private static final String SET = "UPDATE allowance SET ends_at = ?, used = ? WHERE name = ?";
        private static final String OLD = "SELECT name FROM allowance WHERE ends_at < ? LIMIT " + FORGOTTEN_EACH;

        private static final Used NOT_USED = new Used(0, 0);

        @Override
        public Class<Use> type() {
            return Use.class;
        }

        @Override
        public void write(Statements statements, List<Use> changes) throws SQLException {
            Map<String, Used> rows = new TreeMap<>();
            for (Use use : changes) {
                use.allowances.forEach(allowance -> rows.put(allowance.name(), NOT_USED));
            }
            for (Map.Entry<String, Used> row : rows.entrySet()) {
                row.setValue(taken(statements, row.getKey()));
            }
            for (Use use : changes) {
                decide(use, rows);
            }
            for (Map.Entry<String, Used> row : rows.entrySet()) {
                statements.run(
                        SET, row.getValue().endsAtMillis(), row.getValue().times(), row.getKey());
            }
            forget(statements, changes.getLast().at.toEpochMilli());
        }

        private static Used taken(Statements statements, String name) throws SQLException {
            Used used = statements.one(TAKE, Allowances::used, name);
            if (used == null) {
                throw new SQLException("an allowance has no row");
            }
            return used;
        }

        private static void decide(Use use, Map<String, Used> rows) {
            long now = use.at.toEpochMilli();
            long waitMillis = 0;
            for (Allowance allowance : use.allowances) {
                Used used = present(rows, allowance, now);
                if (used.times() >= allowance.most()) {
                    waitMillis = Math.max(waitMillis, used.endsAtMillis() - now);
                }
            }
            if (waitMillis == 0) {
                for (Allowance allowance : use.allowances) {
                    Used used = present(rows, allowance, now);
                    long end = used.times() == 0 ? now + allowance.window().toMillis() : used.endsAtMillis();
                    rows.put(allowance.name(), new Used(end, used.times() + 1));
                }
            }
            use.left(Duration.ofMillis(waitMillis));
        }

        private static Used present(Map<String, Used> rows, Allowance allowance, long now) {
            Used used = rows.getOrDefault(allowance.name(), NOT_USED);
            return used.endsAtMillis() <= now ? NOT_USED : used;
        }

        /** Rows that another node holds are passed over: it may wait for ours. */
        private static void forget(Statements statements, long now) throws SQLException {
            List<String> names = statements.list(
                    statements.dialect() == Dialect.SQLITE ? OLD : OLD + " FOR UPDATE SKIP LOCKED",
                    row -> row.getString(1),
                    now);
            for (String name : names) {
                statements.run("DELETE FROM allowance WHERE name = ?", name);
            }
        }
    }
}
