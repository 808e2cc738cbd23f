package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.books.plans.Plan.Period;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.Database;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Migrated;
import dev.tollgate.testing.PlanBooks;
import dev.tollgate.testing.Program;
import dev.tollgate.testing.Stores;
import dev.tollgate.verification.Audit;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A server that is killed while periods of plans begin (Z43, Z45). In the long tests many times. */
@Timeout(600)
@Order(19)
class PlanKillTest {

    private static final int ACCOUNTS = Effort.of(120, 400);
    private static final int TRIALS = Effort.of(1, 25);
    private static final int KILLS = Effort.of(1, 3);
    private static final String BEGUN = "SELECT COUNT(*) FROM entry WHERE request_id = 'plan-1-2-1'";

    @TempDir
    Path data;

    static Stream<Arguments> trials() {
        return Stream.of(Stores.values())
                .flatMap(stores -> IntStream.range(0, TRIALS).mapToObj(trial -> Arguments.of(stores, trial)));
    }

    @ParameterizedTest
    @MethodSource("trials")
    void a_server_killed_while_periods_begin_gives_each_once(Stores stores, int trial) {
        long seed = Effort.seed("crash.seed") + trial;
        Random random = new Random(seed);
        CrashDatabase database = CrashDatabase.fresh(stores, Migrated.in(data));
        found(stores, database);
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int kill = 0; kill < KILLS; kill++) {
                long begun = database.number(BEGUN);
                long killedAt = begun + 1 + random.nextInt((int) Math.max(1, (ACCOUNTS - begun) / 2));
                try (GatewayProcess server = GatewayProcess.begin(Program.command(), data, database.environment())) {
                    await(database, Math.min(killedAt, ACCOUNTS));
                }
            }
            try (GatewayProcess server = GatewayProcess.begin(Program.command(), data, database.environment())) {
                server.awaitReady(client);
                await(database, ACCOUNTS);
                server.stop();
            }
        }
        assertThat(database.number("SELECT COUNT(*) FROM credit_grant WHERE kind = 'plan'"))
                .as("seed %d", seed)
                .isEqualTo(2 * ACCOUNTS);
        assertThat(database.number("SELECT COUNT(*) FROM account_terms")).isEqualTo(2 * ACCOUNTS);
        assertThat(database.number("SELECT COUNT(*) FROM subscription WHERE period = 2 AND ended_at IS NULL"))
                .isEqualTo(ACCOUNTS);
        List<String> differences = new ArrayList<>();
        try (Database reading = database.openReading()) {
            new Audit(reading).run(differences::add, (subject, rows) -> {});
        }
        assertThat(differences).as("seed %d", seed).isEmpty();
    }

    /** Makes accounts whose first day of three ends now. */
    private void found(Stores stores, CrashDatabase database) {
        try (BooksFixture store = new BooksFixture(
                stores == Stores.SQLITE ? BooksFixture.file(data) : BooksFixture.server(database.url()))) {
            store.setNow(Instant.now().truncatedTo(ChronoUnit.MILLIS).minus(Duration.ofDays(1)));
            PlanBooks plans = new PlanBooks(store);
            plans.group("gold");
            Version version = plans.set(
                    "pro",
                    new Plan("Pro", 900, Period.DAY, 1_000_000, ModelPatterns.EVERY, "gold", GrantLimits.of("5:20")));
            for (int i = 0; i < ACCOUNTS; i++) {
                store.account("acc_" + i, 0);
                plans.assign("acc_" + i, version, 3);
            }
        }
    }

    private static void await(CrashDatabase database, long begun) {
        Gateway.await(begun + " periods that have begun", () -> database.number(BEGUN) >= begun);
    }
}
