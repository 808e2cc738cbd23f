package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.ledger.ReserveOutcome.Reserved;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Program;
import dev.tollgate.verification.Audit;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Calls of a credit each race for 50 general credits, 30 of a grant for any model and 20 of a grant for one family, on two nodes over one PostgreSQL,
 * one of which is a process that is killed (Z15). In the long tests a thousand of each mix of models, many times.
 */
@Timeout(3_600)
@Order(17)
class GrantRacersTest {

    private static final int ROUNDS = Integer.getInteger("racers.rounds", Effort.of(1, 200));
    private static final int GENERAL = 50;
    private static final int ANY = 30;
    private static final int OF_FLASH = 20;
    private static final String FLASH = "gemini-4-flash";
    private static final String OTHER = "gemini-3-pro";
    private static final List<String> PREFIXES = List.of("alive", "dead", "instead", "again");
    private static final String DEAD = "node_dead";
    private static final String ADMITTED = "admitted ";
    private static final String REFUSED = "refused ";

    /** An account by the calls of the family among its racers. */
    private enum Mix {
        OTHERS_ALONE(0, 0),
        LESS_FLASH_THAN_ITS_GRANT(0, OF_FLASH - 10),
        AS_MUCH_FLASH_AS_ITS_GRANT(0, OF_FLASH),
        HALF(1, 0),
        FEW_OTHERS(2, -ANY),
        FLASH_ALONE(2, 0);

        private final int halves;
        private final int more;

        Mix(int halves, int more) {
            this.halves = halves;
            this.more = more;
        }

        int flash(int callers) {
            return callers / 2 * halves + more;
        }

        /** Returns how many calls fit, whichever come first: others cannot take the family's grant. */
        int fits(int callers) {
            int flash = flash(callers);
            return Math.min(GENERAL + ANY + OF_FLASH, flash + Math.min(GENERAL + ANY, callers - flash));
        }

        String account(int round) {
            return "acc_" + name().replace("_", "") + round;
        }
    }

    private record Racer(Mix mix, int round, String model, int number) {

        String account() {
            return mix.account(round);
        }

        String id(String prefix) {
            return prefix + number + account();
        }
    }

    private final long seed = Effort.seed("test.seed");
    private final int callers = 2 * Effort.of(84, 500);
    private String url;
    private BooksFixture node;

    @BeforeEach
    void open() {
        url = Postgres.migrated();
        node = new BooksFixture(BooksFixture.server(url));
        node.setNodeId("node_alive");
        Postgres.execute(url, "INSERT INTO node (id, lease_until) VALUES ('node_alive', 9000000000000)");
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void exactly_as_many_racers_are_admitted_as_credits_and_grants_cover() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            round(round);
        }
        node.advance(Duration.ofDays(2));
        new Lapse(node.database, node.writer, node::now).sweep();
        LedgerChecks.assertCoherent(node);
        List<String> differences = new ArrayList<>();
        new Audit(node.database).run(differences::add, (subject, rows) -> {});
        assertThat(differences.stream().filter(it -> it.contains("grant")).toList())
                .as("seed %d", seed)
                .isEmpty();
    }

    private void round(int round) throws Exception {
        found(round);
        int killedAfter = 1 + new Random(seed + round).nextInt(callers * 2);
        try (Reads reads = new Reads()) {
            List<String> heard = new ArrayList<>();
            raceAndKill(round, killedAfter, heard);
            assertFull(round, "after the race");
            for (String id : heard) {
                assertThat(node.number("SELECT COUNT(*) FROM open_hold WHERE id = '" + id + "'"))
                        .as("hold of %s, which the killed node reported, seed %d", id, seed)
                        .isEqualTo(1);
            }
            Postgres.execute(url, "UPDATE node SET lease_until = 0 WHERE id = '" + DEAD + "'");
            long held = node.number("SELECT COUNT(*) FROM open_hold WHERE node_id = '" + DEAD + "'");
            assertThat(node.decide(new ReleaseAbandoned(node.now()))).hasSize((int) held);
            race(node, idle(round), "again", (id, outcome) -> {});
            assertFull(round, "after the second race");
            settleAll(round);
        }
    }

    private void found(int round) {
        Instant later = node.now().plus(Duration.ofDays(1));
        for (Mix mix : Mix.values()) {
            String account = mix.account(round);
            node.account(account, GENERAL);
            node.commit(new Grant(account, ANY, "any", node.now())
                    .under(GrantTerms.of(Kind.GIFT, ModelPatterns.EVERY, later)));
            node.commit(new Grant(account, OF_FLASH, "flash", node.now())
                    .under(GrantTerms.of(Kind.GIFT, ModelPatterns.of("gemini-4-*"), later)));
        }
        Postgres.execute(
                url,
                "INSERT INTO node (id, lease_until) VALUES ('" + DEAD
                        + "', 9000000000000) ON CONFLICT (id) DO UPDATE SET lease_until = 9000000000000");
    }

    /** The other node reports its decisions line by line, and is killed after so many of them. @param heard ids of its admitted calls */
    private void raceAndKill(int round, int killedAfter, List<String> heard) throws Exception {
        List<String> command = Program.ofTests(Racers.class);
        command.addAll(List.of(url, Integer.toString(round), Long.toString(seed + round), Integer.toString(callers)));
        Process other = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (ExecutorService racers = Executors.newVirtualThreadPerTaskExecutor();
                BufferedReader lines = other.inputReader()) {
            assertThat(lines.readLine()).isEqualTo("ready");
            other.outputWriter().append('\n').flush();
            String line = lines.readLine();
            List<Racer> half = racers(round, seed + round, 0);
            Future<?> race = racers.submit(() -> race(node, half, "alive", (id, outcome) -> {}));
            for (int i = 0; line != null; i++) {
                if (i == killedAfter) {
                    other.toHandle().destroyForcibly(); // the process would close its stream, too
                }
                if (line.startsWith(ADMITTED)) {
                    heard.add(line.substring(ADMITTED.length()));
                }
                line = readOrEnd(lines);
            }
            race.get();
        } finally {
            other.destroyForcibly().waitFor();
        }
        Gateway.await( // a COMMIT that had arrived still takes place
                "the end of the killed node's commit",
                () -> node.number("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()"
                                + " AND backend_xid IS NOT NULL")
                        == 0);
        race(node, idle(round), "instead", (id, outcome) -> {});
    }

    /** Returns the racers of both halves of which no call runs. */
    private List<Racer> idle(int round) {
        Set<String> running =
                new HashSet<>(node.database.read(sql -> sql.list("SELECT id FROM open_hold", row -> row.getString(1))));
        List<Racer> racers = new ArrayList<>(racers(round, seed + round, 0));
        racers.addAll(racers(round, seed + round, 1));
        racers.removeIf(racer -> PREFIXES.stream().anyMatch(it -> running.contains(racer.id(it))));
        return racers;
    }

    /** A line that the kill has cut off may have lost its end, and is not heard. */
    private static @Nullable String readOrEnd(BufferedReader lines) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = lines.read(); next >= 0; next = lines.read()) {
            if (next == '\n') {
                return line.toString();
            }
            line.append((char) next);
        }
        return null;
    }

    /** Each account has as many calls as fit: one more call of a model is refused unless the rest of the family's grant serves it. */
    private void assertFull(int round, String when) {
        for (Mix mix : Mix.values()) {
            String account = mix.account(round);
            int fits = mix.fits(callers);
            assertThat(node.number("SELECT COUNT(*) FROM open_hold WHERE account_id = '" + account + "'"))
                    .as("%s %s, seed %d", account, when, seed)
                    .isEqualTo(fits);
            boolean isFlashLeft = fits < GENERAL + ANY + OF_FLASH;
            for (String model : isFlashLeft ? List.of(OTHER) : List.of(OTHER, FLASH)) {
                assertThat(reserve(node, "more " + when + model + account, account, model))
                        .as("one more of %s of %s %s, seed %d", model, account, when, seed)
                        .isNotInstanceOf(Reserved.class);
            }
            if (isFlashLeft) {
                String id = "more of flash " + when + account;
                assertThat(reserve(node, id, account, FLASH)).as(id).isInstanceOf(Reserved.class);
                node.commit(Ended.release(id, node.now()));
            }
        }
    }

    /** Two servers charge all that run, each at its whole hold. The sources pay to the last credit. */
    private void settleAll(int round) throws Exception {
        List<String> running = node.database.read(sql -> sql.list(
                "SELECT id FROM open_hold WHERE account_id LIKE 'acc_%' ORDER BY id", row -> row.getString(1)));
        Collections.shuffle(running, new Random(seed + round));
        try (BooksFixture second = new BooksFixture(BooksFixture.server(url));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < running.size(); i++) {
                BooksFixture by = i % 2 == 0 ? node : second;
                String id = running.get(i);
                all.add(threads.submit(() -> by.commit(Ended.settle(id, 1, by.now()))));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
        for (Mix mix : Mix.values()) {
            String account = mix.account(round);
            int left = GENERAL + ANY + OF_FLASH - mix.fits(callers);
            assertThat(node.number("SELECT balance_micros + reserved_micros FROM account WHERE id = '" + account + "'"))
                    .as("what %s has left, seed %d", account, seed)
                    .isEqualTo(left);
            assertThat(node.number("SELECT SUM(left_micros) FROM credit_grant WHERE models <> '' AND account_id = '"
                            + account + "'"))
                    .as("what the grant of %s for the family has left, seed %d", account, seed)
                    .isEqualTo(left);
        }
    }

    /** Reads the accounts as long as they race: nothing is below zero, and no more runs than can be paid. */
    private final class Reads implements AutoCloseable {

        private static final String ODD = """
            SELECT COUNT(*) FROM account a
            LEFT JOIN (SELECT account_id, MIN(left_micros) AS least, SUM(left_micros) AS left_micros FROM credit_grant GROUP BY account_id) g
                ON g.account_id = a.id
            LEFT JOIN (SELECT account_id, SUM(held_micros) AS held, SUM(CASE WHEN model = '%s' THEN held_micros END) AS others
                FROM open_hold GROUP BY account_id) h ON h.account_id = a.id
            WHERE balance_micros < 0 OR reserved_micros < 0 OR granted_micros < 0 OR least < 0
                OR granted_micros > balance_micros + reserved_micros OR granted_micros <> COALESCE(left_micros, 0)
                OR reserved_micros <> COALESCE(held, 0) OR others > %d OR held > %d\
            """.formatted(OTHER, GENERAL + ANY, GENERAL + ANY + OF_FLASH);

        private final AtomicBoolean isOver = new AtomicBoolean();
        private final CompletableFuture<Void> reading = CompletableFuture.runAsync(
                () -> {
                    while (!isOver.get()) {
                        assertThat(node.number(ODD))
                                .as("odd accounts, seed %d", seed)
                                .isZero();
                    }
                },
                Thread::startVirtualThread);

        @Override
        public void close() {
            isOver.set(true);
            reading.join();
        }
    }

    // ---- the racers ----

    /** Half of the racers, in a process that can be killed. It reports each decision and then waits for its end. */
    static final class Racers {

        private Racers() {}

        public static void main(String[] args) throws Exception {
            try (BooksFixture node = new BooksFixture(BooksFixture.server(args[0]))) {
                node.setNodeId(DEAD);
                List<Racer> half =
                        racers(Integer.parseInt(args[1]), Long.parseLong(args[2]), 1, Integer.parseInt(args[3]));
                say("ready");
                int go = System.in.read();
                race(node, half, "dead", (id, outcome) -> say((outcome instanceof Reserved ? ADMITTED : REFUSED) + id));
                while (go >= 0) {
                    go = System.in.read();
                }
            }
        }

        private static synchronized void say(String line) {
            System.out.print(line + "\n");
            System.out.flush();
        }
    }

    private List<Racer> racers(int round, long seed, int half) {
        return racers(round, seed, half, callers);
    }

    /** Returns every second call of all accounts in an order by chance. @param half 0 or 1 */
    private static List<Racer> racers(int round, long seed, int half, int callers) {
        List<Racer> racers = new ArrayList<>();
        for (Mix mix : Mix.values()) {
            for (int i = 0; i < callers; i++) {
                racers.add(new Racer(mix, round, i < mix.flash(callers) ? FLASH : OTHER, i));
            }
        }
        Collections.shuffle(racers, new Random(seed));
        List<Racer> ofHalf = new ArrayList<>();
        for (int i = half; i < racers.size(); i += 2) {
            ofHalf.add(racers.get(i));
        }
        return ofHalf;
    }

    private static void race(
            BooksFixture node, List<Racer> half, String prefix, BiConsumer<String, ReserveOutcome> decided) {
        try (ExecutorService racers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Racer racer : half) {
                String id = racer.id(prefix);
                racers.execute(() -> decided.accept(id, reserve(node, id, racer.account(), racer.model())));
            }
        }
    }

    private static ReserveOutcome reserve(BooksFixture node, String id, String account, String model) {
        OpenHold hold = new OpenHold(id, account, "key_1", "chat", model, node.now());
        return node.decide(new Reserve(hold, 1, 1, () -> SpendLimits.NONE, () -> true));
    }
}
