package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Await;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Migrated;
import dev.tollgate.testing.Postgres;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(240)
class NodeLeaseTest {

    private static final NodeLease.Times QUICK = new NodeLease.Times(
            Duration.ofSeconds(6), Duration.ofSeconds(4), Duration.ofMillis(100), Duration.ofSeconds(1));

    /** Times without a renewal during a test. */
    private static final NodeLease.Times RARE =
            new NodeLease.Times(Duration.ofHours(3), Duration.ofHours(2), Duration.ofHours(1), Duration.ofSeconds(30));

    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicInteger lostStill = new AtomicInteger();
    private final AtomicInteger renewed = new AtomicInteger();
    private final NodeLease.Listener listener = new NodeLease.Listener() {
        @Override
        public void lost(boolean first) {
            (first ? lost : lostStill).incrementAndGet();
        }

        @Override
        public void renewed() {
            renewed.incrementAndGet();
        }
    };

    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    private final DatabaseClock clock =
            new DatabaseClock(() -> InstantSource.system().instant().plus(ahead.get()));

    private String url;
    private Database database;

    @BeforeEach
    void open() {
        url = Postgres.migrated();
        database = Database.openShared(url);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private NodeLease join(NodeLease.Times times) {
        return database.join(new Random(1), listener, times, clock);
    }

    @Test
    void a_node_is_alive_from_joining_to_leaving() {
        NodeLease lease = join(QUICK);
        assertThat(lease.nodeId()).matches("node_[0-9a-f]{20}");
        assertThat(number("SELECT COUNT(*) FROM node WHERE id = '" + lease.nodeId() + "'"))
                .isEqualTo(1);
        lease.close();
        assertThat(number("SELECT COUNT(*) FROM node")).isZero();
        assertThatThrownBy(lease::nodeId).isInstanceOf(StoreUnavailable.class);
        assertThat(lost).hasValue(0);
    }

    @Test
    void a_program_that_was_shut_out_since_its_start_does_not_join() {
        execute("INSERT INTO tollgate_schema VALUES (99, 'V99__later.sql', '', 99, 1)");
        assertThatThrownBy(() -> join(RARE)).isInstanceOf(CannotOpen.class).hasMessageContaining("use a newer version");
        assertThat(number("SELECT COUNT(*) FROM node")).isZero();
    }

    @Test
    void a_nodes_row_has_its_schema_and_readiness() {
        try (NodeLease lease = join(RARE)) {
            assertThat(rowsIn("joining")).isEqualTo(1);
            lease.tell(NodeLease.State.READY);
            Await.until("ready", () -> rowsIn("ready") == 1);
            lease.tell(NodeLease.State.DRAINING);
            Await.until("draining", () -> rowsIn("draining") == 1);
            lease.giveUp();
            Await.until(
                    "the return",
                    () -> rowsIn("draining") == 1 && !nodeId(lease).isEmpty());
        }
    }

    private long rowsIn(String state) {
        return number(
                "SELECT COUNT(*) FROM node WHERE schema_known = " + Migrations.NEWEST + " AND state = '" + state + "'");
    }

    @Test
    void living_nodes_are_counted_and_dead_ones_not() {
        try (NodeLease one = join(QUICK)) {
            assertThat(NodeLease.living(database)).isEqualTo(1);
            try (NodeLease two = database.join(new Random(2), listener, QUICK, clock)) {
                assertThat(NodeLease.living(database)).isEqualTo(2);
                execute("INSERT INTO node (id, lease_until) VALUES ('node_dead', 0)");
                assertThat(NodeLease.living(database)).isEqualTo(2);
                assertThat(nodeId(one)).isNotEqualTo(nodeId(two));
            }
            assertThat(NodeLease.living(database)).isEqualTo(1);
        }
    }

    @Test
    void a_node_renews_its_lease_by_the_databases_clock() {
        try (NodeLease lease = join(QUICK)) {
            long first = leaseUntil();
            String id = lease.nodeId();
            Await.until("a renewal", () -> leaseUntil() > first);
            assertThat(lease.nodeId()).isEqualTo(id);
            assertThat(leaseUntil() - number("SELECT " + Dialect.POSTGRESQL.nowMillis()))
                    .isBetween(1L, QUICK.lease().toMillis());
            Await.until("being told", () -> renewed.get() > 1);
        }
    }

    @Test
    void joining_corrects_a_nodes_clock_by_the_databases() {
        ahead.set(Duration.ofHours(1));
        try (NodeLease lease = join(RARE)) {
            assertThat(lease.isHeld()).isTrue();
            assertThat(isTheDatabases(clock.instant())).isTrue();
        }
    }

    @Test
    void a_renewal_corrects_a_clock_that_was_set() {
        try (NodeLease lease = join(QUICK)) {
            for (int hours : List.of(-1, 1)) {
                ahead.set(Duration.ofHours(hours));
                Await.until("the database's time", () -> isTheDatabases(clock.instant()));
                assertThat(lease.isHeld()).isTrue();
            }
        }
    }

    /** Whether a time that was just read is the database's, apart from a slow answer. */
    private boolean isTheDatabases(Instant time) {
        long apart = number("SELECT " + Dialect.POSTGRESQL.nowMillis()) - time.toEpochMilli();
        return Math.abs(apart) < Duration.ofMinutes(1).toMillis();
    }

    @Test
    void a_node_presumed_dead_is_notified_and_gets_another_id() {
        try (NodeLease lease = join(QUICK)) {
            String id = lease.nodeId();
            execute("DELETE FROM node");
            Await.until("the loss", () -> lost.get() == 1);
            Await.until("the return", () -> number("SELECT COUNT(*) FROM node") == 1);
            Await.until(
                    "the new id",
                    () -> !nodeId(lease).equals(id) && !nodeId(lease).isEmpty());
        }
    }

    @Test
    void a_node_that_cannot_renew_stops_before_the_others_take_it_for_dead() {
        try (NodeLease lease = join(QUICK)) {
            long until = leaseUntil();
            execute("ALTER TABLE node RENAME TO away");
            Await.until("the loss", () -> lost.get() == 1);
            assertThatThrownBy(lease::nodeId).isInstanceOf(StoreUnavailable.class);
            assertThat(number("SELECT " + Dialect.POSTGRESQL.nowMillis())).isLessThan(until + 2_000);
            Await.until("two attempts more", () -> lostStill.get() > 1);
            assertThat(lost).hasValue(1);
            execute("ALTER TABLE away RENAME TO node");
            Await.until("the return", () -> !nodeId(lease).isEmpty());
            assertThat(number("SELECT COUNT(*) FROM node")).isEqualTo(1);
        }
    }

    @Test
    void a_loss_is_told_again_while_the_database_answers_nothing() {
        Duration moment = Duration.ofMillis(300);
        try (NodeLease lease = join(new NodeLease.Times(QUICK.lease(), moment, QUICK.renew(), QUICK.answer()))) {
            execute("ALTER TABLE tollgate_schema RENAME TO away"); // what each attempt reads first
            Await.until("the loss", () -> !lease.isHeld());
            int before = lostStill.get();
            Await.until("two attempts more", () -> lostStill.get() > before + 1);
            execute("ALTER TABLE away RENAME TO tollgate_schema");
            Await.until("the return", () -> !nodeId(lease).isEmpty());
        }
    }

    @Test
    void a_failed_renewal_and_its_recovery_are_each_logged_once() {
        try (LogCapture log = new LogCapture();
                NodeLease lease = join(QUICK)) {
            execute("ALTER TABLE node RENAME TO away");
            Await.until("many attempts", () -> lostStill.get() > 5);
            assertThat(lines(log, "was not renewed")).hasSize(1);
            execute("ALTER TABLE away RENAME TO node");
            Await.until("the return", () -> !nodeId(lease).isEmpty());
            Await.until("the line of it", () -> !lines(log, "is renewed again").isEmpty());
            int then = renewed.get();
            Await.until("more renewals", () -> renewed.get() > then + 2);
            assertThat(lines(log, "is renewed again")).hasSize(1);
        }
    }

    private static List<String> lines(LogCapture log, String having) {
        return log.text().lines().filter(line -> line.contains(having)).toList();
    }

    @Test
    void a_lease_that_was_taken_a_moment_ago_is_not_renewed_at_once() {
        try (NodeLease lease = join(RARE)) {
            lease.tell(NodeLease.State.READY);
            Await.until("ready", () -> rowsIn("ready") == 1 && renewed.get() > 0);
            assertThat(renewed).hasValue(1);
        }
    }

    @Test
    void an_unknown_outcome_ends_the_lease_and_frees_its_reservations() {
        try (NodeLease lease = join(QUICK)) {
            String id = lease.nodeId();
            lease.giveUp();
            Await.until("the loss", () -> lost.get() == 1);
            Await.until("the return", () -> !nodeId(lease).isEmpty());
            assertThat(nodeId(lease)).isNotEqualTo(id);
            assertThat(number("SELECT COUNT(*) FROM node WHERE id = '" + id + "'"))
                    .isZero();
        }
    }

    @Test
    void the_standard_times_leave_room_for_noticing_and_for_the_others_to_act_within_a_minute() {
        NodeLease.Times times = NodeLease.Times.STANDARD;
        Duration noticing = times.answer().multipliedBy(2);
        assertThat(times.own().plus(noticing)).isLessThan(times.lease());
        assertThat(times.lease().plus(times.renew()).plus(noticing)).isLessThan(Duration.ofSeconds(60));
    }

    @Test
    void an_embedded_database_has_no_nodes(@TempDir Path folder) {
        try (Database embedded = Database.open(Migrated.in(folder))) {
            assertThatThrownBy(() -> embedded.join(new Random(1), listener, "", NodeLease.Keys.NONE, clock))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    /** Keys of this server, those of one that lives already, and the part of the refusal. A server of an older program says nothing. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "a     | a     | -",
                "a,b   | a     | -",
                "a     | a,b   | -",
                "b,a   | a,b   | -",
                "a,b   | b,a   | -",
                "a     | -     | -",
                "a,b   | -     | -",
                "b,a   | a     | does not have key b: add it there as a further line first.",
                "b,a   | -     | does not have key b: add it there as a further line first.",
                "b     | a,b   | seals under key a, which this server does not have",
            })
    void a_server_joins_only_if_it_and_each_other_can_open_what_the_other_seals(
            String own, @Nullable String living, @Nullable String refusal) {
        execute("INSERT INTO node (id, lease_until, secret_keys) VALUES ('node_2', 9000000000000, "
                + (living == null ? "NULL" : "'" + living + "'") + ")");
        execute("INSERT INTO node (id, lease_until, secret_keys) VALUES ('node_dead', 1000, 'z')");
        NodeLease.Keys keys = new NodeLease.Keys(List.of(own.split(",")), "a");
        if (refusal == null) {
            database.join(new Random(1), listener, "", keys, clock).close();
        } else {
            assertThatThrownBy(() -> database.join(new Random(1), listener, "", keys, clock))
                    .isInstanceOf(CannotOpen.class)
                    .hasMessageContaining("Server node_2 ")
                    .hasMessageContaining(refusal);
            assertThat(number("SELECT COUNT(*) FROM node")).as("no row is left").isEqualTo(2);
        }
    }

    private static String nodeId(NodeLease lease) {
        try {
            return lease.nodeId();
        } catch (StoreUnavailable e) {
            return "";
        }
    }

    private long leaseUntil() {
        return number("SELECT COALESCE(MAX(lease_until), 0) FROM node");
    }

    private long number(String sql) {
        return database.read(reads -> reads.number(sql));
    }

    private void execute(String sql) {
        Postgres.execute(url, sql);
    }
}
