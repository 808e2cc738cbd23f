package dev.tollgate.storage;

import dev.tollgate.base.log.Event;
import dev.tollgate.storage.PrimaryChoice.Found;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks all hosts of an address at the same time which of them are primaries. A host that is away, or slow, counts as away. Thread-safe. */
final class HostsLook {

    private static final int PATIENCE_SECONDS = 2;
    private static final int ALL_SECONDS = 3;

    private static final Logger log = LoggerFactory.getLogger(HostsLook.class);

    private final PGSimpleDataSource all;
    private final AtomicBoolean looking = new AtomicBoolean();

    /** The primaries that the last alarm was about. */
    private volatile String told = "";

    /** @param all leads to all hosts */
    HostsLook(PGSimpleDataSource all) {
        this.all = all;
    }

    int hosts() {
        return all.getServerNames().length;
    }

    /** Returns the primaries among the hosts, each server once. Blocks for three seconds at most. */
    List<Found> primaries() {
        List<FutureTask<@Nullable Found>> asked = new ArrayList<>();
        for (int i = 0; i < hosts(); i++) {
            PGSimpleDataSource host = alone(i);
            FutureTask<@Nullable Found> task = new FutureTask<>(() -> ask(host));
            Thread.ofPlatform().daemon().name("tollgate-hosts").start(task);
            asked.add(task);
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ALL_SECONDS);
        List<Found> found = new ArrayList<>();
        for (FutureTask<@Nullable Found> each : asked) {
            Found primary = within(each, end - System.nanoTime());
            if (primary != null) {
                found.add(primary);
            }
        }
        return PrimaryChoice.apart(found);
    }

    private static @Nullable Found within(FutureTask<@Nullable Found> asked, long nanos) {
        try {
            return asked.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return null; // away
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private static @Nullable Found ask(PGSimpleDataSource host) throws SQLException {
        try (Connection connection = host.getConnection()) {
            Primary.Server found = Primary.ask(connection);
            return found == null || found.primary() == null
                    ? null
                    : new Found(name(host), found.primary(), found.start());
        }
    }

    static String name(PGSimpleDataSource host) {
        return host.getServerNames()[0] + ":" + (host.getPortNumbers()[0] == 0 ? 5432 : host.getPortNumbers()[0]);
    }

    /** Returns what leads to the host of that name alone. */
    PGSimpleDataSource named(String name) {
        for (int i = 0; i < hosts(); i++) {
            PGSimpleDataSource host = alone(i);
            if (name(host).equals(name)) {
                return host;
            }
        }
        throw new IllegalArgumentException(name);
    }

    private PGSimpleDataSource alone(int index) {
        PGSimpleDataSource host = new PGSimpleDataSource();
        try {
            host.initializeFrom(all);
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
        host.setServerNames(new String[] {all.getServerNames()[index]});
        host.setPortNumbers(new int[] {all.getPortNumbers()[index]});
        host.setProperty(PGProperty.TARGET_SERVER_TYPE, "any");
        host.setConnectTimeout(PATIENCE_SECONDS);
        host.setSocketTimeout(PATIENCE_SECONDS);
        return host;
    }

    /** Looks again while a server runs, on a thread of its own, unless a look is under way: a standby may have been promoted while the old primary goes on. */
    void again(KnownPrimary known) {
        if (hosts() > 1 && looking.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("tollgate-hosts").start(() -> {
                try {
                    List<Found> found = primaries();
                    found.forEach(each -> known.sees(each.primary()));
                    alarm(found);
                } finally {
                    looking.set(false);
                }
            });
        }
    }

    /** Logs that there is more than one primary, once until that changes. */
    void alarm(List<Found> found) {
        String now = found.size() < 2 ? "" : PrimaryChoice.all(found);
        if (!now.isEmpty() && !now.equals(told)) {
            log.error(
                    Event.SECOND_PRIMARY,
                    "ALARM: more than one server says that it is the primary: {}. The highest timeline is used. Shut the"
                            + " others down, or make them standbys (pg_rewind).",
                    now);
        }
        told = now;
    }
}
