package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.PostgresPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A standby has taken over, and the primary before is there as well: nothing may be written to it. */
@Timeout(240)
class OldPrimaryTest {

    private static final Path REWIND = Path.of("/usr/lib/postgresql/15/bin/pg_rewind");
    private static final NodeLease.Times QUICK = new NodeLease.Times(
            Duration.ofSeconds(60), Duration.ofSeconds(50), Duration.ofMillis(200), Duration.ofSeconds(2));

    @TempDir
    Path folder;

    private final Notes notes = new Notes();
    private PostgresPair servers;
    private Path data;
    private LogCapture log;

    /** One for all nodes: a loaded server may delete a node's row after the next has joined. */
    private final Random nodeIds = new Random(1);

    @BeforeEach
    void start() {
        log = new LogCapture();
        servers = new PostgresPair(folder);
        data = folder.resolve("data");
    }

    @AfterEach
    void stop() {
        servers.close();
        log.close();
    }

    private String oldThenNew() {
        return servers.primaryUrl().replaceFirst("(//[^/]+)/", "$1," + servers.standbyHost() + "/");
    }

    private String newThenOld() {
        return servers.standbyUrl().replaceFirst("(//[^/]+)/", "$1," + servers.primaryHost() + "/");
    }

    private void comesBack() {
        servers.awaitStandby();
        servers.killPrimary();
        servers.promote();
        servers.restartPrimary();
    }

    /** Serves for a moment. */
    private void serve(String url, Path in) {
        try (Database database = Database.openShared(url, in)) {
            database.join(nodeIds, new Silent(), QUICK, clock()).close();
        }
    }

    private static DatabaseClock clock() {
        return new DatabaseClock(InstantSource.system());
    }

    private static final class Silent implements NodeLease.Listener {
        @Override
        public void lost(boolean first) {}

        @Override
        public void renewed() {}
    }

    private static void write(Database database, Notes notes, String name) {
        database.startWriter(List.of(notes)).commitAndWait(Unit.of(new Notes.Note(name)));
    }

    private static long notes(String url, String name) {
        return PostgresPair.number(url, "SELECT COUNT(*) FROM account WHERE name = '" + name + "'");
    }

    @Test
    void a_start_after_a_failover_writes_to_no_old_primary() {
        serve(oldThenNew(), data);
        comesBack();
        for (String both : List.of(oldThenNew(), newThenOld())) { // restarted, new, and without a folder
            serve(both, data);
            try (Database fresh = Database.openShared(both)) {
                write(fresh, notes, both);
            }
            assertThat(notes(servers.standbyUrl(), both)).isEqualTo(1);
            assertThat(notes(servers.primaryUrl(), both)).isZero();
        }
        assertThat(log.text()).contains("ALARM: more than one server says that it is the primary");
        assertThat(PostgresPair.text(
                        servers.standbyUrl(),
                        "SELECT STRING_AGG(timeline::TEXT, ',' ORDER BY sequence) FROM primary_server"))
                .isEqualTo("1,2");

        assertThatTheOldOneIsRefused(() -> Database.openShared(servers.primaryUrl(), data));
        assertThatTheOldOneIsRefused(() -> Database.openBeside(servers.primaryUrl(), data));
        assertThatTheOldOneIsRefused(() -> Database.openReading(servers.primaryUrl(), data));
        assertThatTheOldOneIsRefused(() -> Installation.migrateShared(servers.primaryUrl(), data, false));
    }

    private static void assertThatTheOldOneIsRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable opening) {
        assertThatThrownBy(opening)
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining(
                        "an old primary: it is on timeline 1, and a standby has taken over with timeline 2")
                .hasMessageContaining("tollgate.server");
    }

    @Test
    void a_running_node_leaves_a_primary_that_goes_on_after_a_promotion() {
        try (Database database = Database.openShared(oldThenNew(), data)) {
            Writer writer = database.startWriter(List.of(notes));
            writer.commitAndWait(Unit.of(new Notes.Note("before")));
            servers.awaitStandby();
            try (NodeLease lease = database.join(nodeIds, new Silent(), QUICK, clock())) {
                servers.promote();
                Gateway.await("the node to see it", () -> log.text().contains("a standby has taken over"));
                writer.commitAndWait(Unit.of(new Notes.Note("after")));
                Gateway.await(
                        "the lease on the new one",
                        () -> lease.isHeld()
                                && PostgresPair.number(
                                                servers.standbyUrl(),
                                                "SELECT COUNT(*) FROM node WHERE server_timeline = 2")
                                        == 1);
            }
        }
        assertThat(notes(servers.standbyUrl(), "after")).isEqualTo(1);
        assertThat(notes(servers.primaryUrl(), "after")).isZero();
        assertThat(notes(servers.standbyUrl(), "before")).isEqualTo(1);
    }

    @Test
    void an_old_primary_that_an_operator_accepts_is_served_by_every_node() {
        Path other = folder.resolve("other");
        serve(oldThenNew(), data);
        comesBack();
        serve(oldThenNew(), data);
        serve(oldThenNew(), other);
        assertThatThrownBy(() -> Database.openAccepting(oldThenNew(), data))
                .hasMessageContaining("Name only the one whose books are right");
        try (Database database = Database.openAccepting(servers.primaryUrl(), data)) {
            AcceptServer accept = database.serverToAccept();
            assertThat(accept.former()).endsWith("on timeline 2");
            database.startWriter(List.of(AcceptServer.part())).commitAndWait(Unit.of(accept));
        }
        serve(servers.primaryUrl(), data);
        serve(servers.primaryUrl(), other);
        try (Database database = Database.openAccepting(servers.primaryUrl(), data)) {
            assertThat(database.serverToAccept()).isNull();
        }
    }

    @Test
    void a_restored_dump_is_refused_until_an_operator_accepts_it() {
        serve(servers.primaryUrl(), data);
        Postgres.execute(servers.primaryUrl(), "UPDATE primary_server SET identifier = '7000000000000000001'");
        assertThatThrownBy(() -> Database.openShared(servers.primaryUrl())) // without a folder
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("on another server than before")
                .hasMessageContaining("before server 7000000000000000001 on timeline 1, says its own books");
        try (Database database = Database.openAccepting(servers.primaryUrl(), data)) {
            database.startWriter(List.of(AcceptServer.part())).commitAndWait(Unit.of(database.serverToAccept()));
        }
        serve(servers.primaryUrl(), folder.resolve("new"));
    }

    @Test
    void a_switchover_with_pg_rewind_refuses_nothing() {
        assumeTrue(Files.isExecutable(REWIND), "NOT RUN: there is no pg_rewind here");
        serve(oldThenNew(), data);
        comesBack();
        servers.killPrimary();
        serve(oldThenNew(), data);
        servers.rewindPrimary(REWIND);
        for (String order : List.of(oldThenNew(), newThenOld())) {
            serve(order, data);
            serve(order, folder.resolve("new"));
        }
        assertThat(PostgresPair.text(
                        servers.standbyUrl(),
                        "SELECT STRING_AGG(timeline::TEXT, ',' ORDER BY sequence) FROM primary_server"))
                .isEqualTo("1,2");
        assertThat(log.text()).doesNotContain("ALARM");
    }
}
