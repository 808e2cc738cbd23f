package dev.tollgate.books.allowances;

import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
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
import java.util.function.BooleanSupplier;

/** The store of allowances, which names and uses them. Thread-safe; {@link #wait} and {@link #use} block. */
public record Allowances(Database database, SecretBox secrets, InstantSource clock) {

    public static final Duration SWEEP_EVERY = Duration.ofHours(1);

    private static final int PRINT_BYTES = 16;
    private static final int SWEPT_EACH = 500;
    private static final String OLD = "SELECT name FROM allowance WHERE ends_at < ? LIMIT " + SWEPT_EACH;
    private static final String FIND = "SELECT ends_at, used FROM allowance WHERE name = ?";

    /** Goes before the parts whose changes depend on it. */
    public static Part<?> part() {
        return new AllowancePart();
    }

    /** Returns the part that counts what the others have decided. Goes behind them: its rows wait for no row of theirs, so that two nodes never wait for each other. */
    public static Part<?> lastPart() {
        return new WritePart<>(AllowanceWrite.class);
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

    /**
     * Returns a change that uses one in the commit of the changes before it, or refuses the whole unit with {@link UsedUp}. For an allowance of an
     * account whose row the unit has taken.
     *
     * @param isDone asked on the writer's thread: whether there is anything to count
     */
    public Change counting(Allowance allowance, BooleanSupplier isDone) {
        long now = clock.millis();
        return new AllowanceWrite(statements -> isDone.getAsBoolean() ? count(statements, allowance, now) : 0);
    }

    /** Deletes the allowances whose time is over. */
    public void sweep(Writer writer) {
        AllowanceWrite forget;
        do {
            Instant before = clock.instant();
            forget = new AllowanceWrite(statements -> forget(statements, before));
            writer.commitAndWait(Unit.of(forget));
        } while (forget.outcome() == SWEPT_EACH);
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

    /** Returns how often some allowances together were used in their time. Blocks. */
    public long used(List<Allowance> allowances) {
        long now = clock.millis();
        return database.read(sql -> {
            long times = 0;
            for (Allowance allowance : allowances) {
                Used used = sql.one(FIND, Allowances::used, allowance.name());
                times += used == null ? 0 : used.at(now).times();
            }
            return times;
        });
    }

    private record Used(long endsAtMillis, int times) {

        private static final Used NONE = new Used(0, 0);

        /** Returns this, or none if its time is over. */
        Used at(long now) {
            return endsAtMillis <= now ? NONE : this;
        }

        Used andOne(Allowance allowance, long now) {
            return new Used(times == 0 ? now + allowance.window().toMillis() : endsAtMillis, times + 1);
        }
    }

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

    /** A refused unit: an allowance is used up. */
    public static final class UsedUp extends Unit.Refused {

        private static final long serialVersionUID = 1;

        private final Duration left;

        UsedUp(Duration left) {
            super("an allowance is used up");
            this.left = left;
        }

        public Duration left() {
            return left;
        }
    }

    /** A change of rows that no other part reads. */
    private static final class AllowanceWrite extends Write<Integer> {

        private final Step step;

        AllowanceWrite(Step step) {
            this.step = step;
        }

        /** Returns the number of rows. Runs on the writer's thread. */
        @FunctionalInterface
        interface Step {
            int run(Statements statements) throws SQLException;
        }

        @Override
        protected Integer run(Statements statements) throws SQLException {
            return step.run(statements);
        }
    }

    private static int count(Statements statements, Allowance allowance, long now) throws SQLException {
        Used used = AllowancePart.taken(statements, allowance.name()).at(now);
        if (used.times() >= allowance.most()) {
            throw new UsedUp(Duration.ofMillis(used.endsAtMillis() - now));
        }
        Used next = used.andOne(allowance, now);
        return statements.run(AllowancePart.SET, next.endsAtMillis(), next.times(), allowance.name());
    }

    /** Deletes rows whose time is over; passes over rows that another node holds. */
    private static int forget(Statements statements, Instant before) throws SQLException {
        List<String> names = statements.list(
                statements.dialect() == Dialect.SQLITE ? OLD : OLD + " FOR UPDATE SKIP LOCKED",
                row -> row.getString(1),
                before);
        for (String name : names) {
            statements.run("DELETE FROM allowance WHERE name = ?", name);
        }
        return names.size();
    }

    /** Goes before the parts whose changes depend on it. Writer's turn only. */
    private static final class AllowancePart implements Part<Use> {

        /** Makes the row or takes it, and says what it has. */
        private static final String TAKE = "INSERT INTO allowance (name, ends_at, used) VALUES (?, 0, 0)"
                + " ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING ends_at, used";

        private static final String SET = "UPDATE allowance SET ends_at = ?, used = ? WHERE name = ?";

        @Override
        public Class<Use> type() {
            return Use.class;
        }

        @Override
        public void write(Statements statements, List<Use> changes) throws SQLException {
            Map<String, Used> rows = new TreeMap<>();
            for (Use use : changes) {
                use.allowances.forEach(allowance -> rows.put(allowance.name(), Used.NONE));
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
                    rows.put(allowance.name(), used.andOne(allowance, now));
                }
            }
            use.left(Duration.ofMillis(waitMillis));
        }

        private static Used present(Map<String, Used> rows, Allowance allowance, long now) {
            return rows.getOrDefault(allowance.name(), Used.NONE).at(now);
        }
    }
}
