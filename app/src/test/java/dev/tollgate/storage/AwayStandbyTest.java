package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.PostgresPair;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A commit that waits for a synchronous standby waits on when its client has left, and so would each that follows it. */
@Timeout(240)
class AwayStandbyTest {

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final NodeLease.Times QUICK =
            new NodeLease.Times(Duration.ofSeconds(6), Duration.ofSeconds(2), Duration.ofMillis(100), PATIENCE);
    private static final int TRIES = 3;

    /** The lease's, the writer's and a reader's, and of the first two one each that asks whether the commit has ended. */
    private static final int CONNECTIONS_MAX = 5;

    @TempDir
    Path folder;

    private final AtomicInteger lost = new AtomicInteger();
    private final NodeLease.Listener listener = new NodeLease.Listener() {
        @Override
        public void lost(boolean first) {
            lost.incrementAndGet();
        }

        @Override
        public void renewed() {
            // nothing to look for
        }
    };

    @Test
    void connections_do_not_pile_up_while_a_synchronous_standby_is_away() throws SQLException {
        try (PostgresPair servers = new PostgresPair(folder);
                Database database = Database.openShared(synchronous(servers));
                LogCapture log = new LogCapture()) {
            servers.waitForStandby();
            PostgresServer server = new PostgresServer(synchronous(servers));
            DatabaseClock clock = new DatabaseClock(InstantSource.system());
            try (NodeLease lease = database.join(new Random(1), listener, QUICK, clock);
                    WriterConnection writer =
                            new WriterConnection(Dialect.POSTGRESQL, server.impatient(PATIENCE), null)) {
                writer.probe(false);
                servers.cutStandbyOff();
                // The server's checkpointer, which has it wait, may be busy and read its new settings late.
                Gateway.await("a commit that fails", () -> fails(writer));
                for (int i = 1; i < TRIES; i++) {
                    assertThat(fails(writer)).as("fails").isTrue();
                }
                Gateway.await("tries to join", () -> lost.get() >= TRIES);
                assertThat(count(servers, "wait_event = 'SyncRep'"))
                        .as("commits that wait")
                        .isEqualTo(2);
                assertThat(count(servers, "application_name = 'tollgate'")).isLessThanOrEqualTo(CONNECTIONS_MAX);
                assertThat(log.text()).contains("waits for the synchronous standby");

                servers.bringStandbyBack();
                Gateway.await("a new lease", lease::isHeld);
                Gateway.await("the end of the waits", () -> count(servers, "wait_event = 'SyncRep'") == 0);
                writer.probe(true);
            }
        }
    }

    private static boolean fails(WriterConnection writer) {
        Throwable failure = catchThrowable(() -> writer.probe(true));
        if (failure == null) {
            return false;
        }
        assertThat(failure).isInstanceOf(SQLException.class);
        writer.giveUp(failure);
        return true;
    }

    /** The server of the tests does not wait for commits otherwise. */
    private static String synchronous(PostgresPair servers) {
        return servers.primaryUrl() + "&options=-c%20synchronous_commit=on";
    }

    private static long count(PostgresPair servers, String which) {
        return PostgresPair.number(
                servers.primaryUrl(),
                "SELECT COUNT(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND " + which);
    }
}
