package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.Budgets.SpendBudget;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Program;
import dev.tollgate.verification.Audit;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thousand calls of a credit each race for nested budgets on two nodes over one PostgreSQL, one of which is a process that is killed. */
@Timeout(240)
@Order(17)
class BudgetRacersTest {

    private static final long CREDIT = 1_000_000;
    private static final int CALLS_A_KEY = 25;
    private static final String DEAD = "node_dead";
    private static final String ADMITTED = "admitted ";
    private static final String REFUSED = "refused ";

    /**
     * An organization by the budget that ends its race: the sums of the others leave more room. A key has 10 credits, a member 20, a team 50 and the
     * account 100.
     */
    private enum Company {
        KEY(Owner.KEY, 1, 1, 1, 10),
        MEMBER(Owner.MEMBER, 1, 1, 3, 20),
        TEAM(Owner.TEAM, 1, 3, 3, 50),
        ACCOUNT(Owner.ACCOUNT, 3, 3, 3, 100);

        final Owner owner;
        final int fits;
        final String account = "acc_" + name();
        final List<Key> keys = new ArrayList<>();

        Company(Owner owner, int teams, int membersEach, int keysEach, int fits) {
            this.owner = owner;
            this.fits = fits;
            for (int i = 0; i < teams * membersEach * keysEach; i++) {
                int member = i / keysEach;
                keys.add(new Key(
                        "key_" + name() + i,
                        account,
                        "mem_" + name() + member,
                        "team_" + name() + member / membersEach));
            }
        }
    }

    private record Key(String id, String account, String member, String team) {}

    private String url;
    private KeysFixture node;

    @BeforeEach
    void open() {
        url = Postgres.migrated();
        node = KeysFixture.shared(url);
        node.setNodeId("node_alive");
        for (Company company : Company.values()) {
            found(company);
        }
        for (String id : List.of("node_alive", DEAD)) {
            Postgres.execute(url, "INSERT INTO node (id, lease_until) VALUES ('" + id + "', 9000000000000)");
        }
    }

    @AfterEach
    void close() {
        node.close();
    }

    private void found(Company company) {
        node.account(company.account, 1_000 * CREDIT);
        budget(company, Budgets.ACCOUNT, 100);
        budget(company, Budgets.EACH_MEMBER, 20);
        for (String team : distinct(company.keys.stream().map(Key::team))) {
            node.execute("INSERT INTO team (id, account_id, name, created_at) VALUES ('" + team + "', '"
                    + company.account + "', '" + team + "', 1)");
            budget(company, team, 50);
        }
        for (String member : distinct(company.keys.stream().map(Key::member))) {
            node.execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('" + member + "', '"
                    + company.account + "', '" + member + "', 'member', 1)");
        }
        for (Key key : company.keys) {
            node.ownedKey(key.id, key.account, key.member, key.team);
            budget(company, key.id, 10);
        }
    }

    private static List<String> distinct(Stream<String> all) {
        return all.distinct().toList();
    }

    private void budget(Company company, String owner, long credits) {
        SetBudgets set = SetBudgets.of(
                company.account,
                owner,
                none -> Map.of(SpendWindow.MONTH, new SpendBudget(credits * CREDIT)),
                node.now());
        assertThat(node.decide(set).isDone()).isTrue();
    }

    @Test
    void exactly_as_many_racers_are_admitted_as_fit_into_each_budget() throws Exception {
        long seed = System.nanoTime();
        int killedAfter = 1 + new Random(seed).nextInt(300);
        System.out.println("BudgetRacersTest seed " + seed + ", killed after " + killedAfter);
        List<String> heard = new ArrayList<>();
        raceAndKill(killedAfter, heard);
        assertFull("after the race");
        for (String id : heard) {
            assertThat(node.number("SELECT COUNT(*) FROM open_hold WHERE id = '" + id + "'"))
                    .as("hold of " + id + ", which the killed node reported")
                    .isEqualTo(1);
        }

        Postgres.execute(url, "UPDATE node SET lease_until = 0 WHERE id = '" + DEAD + "'");
        long held = node.number("SELECT COUNT(*) FROM open_hold WHERE node_id = '" + DEAD + "'");
        assertThat(node.decide(new ReleaseAbandoned(node.now()))).hasSize((int) held);
        assertVerified("after the return of the dead node's holds");

        race(node, "again", 0, (id, outcome) -> {});
        assertFull("after the second race");
        LedgerChecks.assertCoherent(node);
    }

    /** The other node reports its decisions line by line, and is killed after so many of them. @param heard ids of its admitted calls */
    private void raceAndKill(int killedAfter, List<String> heard) throws Exception {
        List<String> command = Program.ofTests(Racers.class);
        command.add(url);
        Process other = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (ExecutorService racers = Executors.newVirtualThreadPerTaskExecutor();
                BufferedReader lines = other.inputReader()) {
            assertThat(lines.readLine()).isEqualTo("ready");
            other.outputWriter().append('\n').flush();
            String line = lines.readLine();
            Future<?> race = racers.submit(() -> race(node, "alive", 0, (id, outcome) -> {}));
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

    /** Each company has as many calls as fit, no budget is exceeded, and one more call is refused by the budget that is full. */
    private void assertFull(String when) {
        for (Company company : Company.values()) {
            assertThat(node.number("SELECT COUNT(*) FROM open_hold WHERE account_id = '" + company.account + "'"))
                    .as(company + " " + when)
                    .isEqualTo(company.fits);
            for (Key key : company.keys) {
                ReserveOutcome more = reserve(node, "more " + when + key.id, key);
                assertThat(more).as(key + " " + when).isInstanceOf(ReserveOutcome.SpendLimitReached.class);
                assertThat(((ReserveOutcome.SpendLimitReached) more).owner().kind())
                        .as(key + " " + when)
                        .isEqualTo(company.owner);
            }
        }
        assertVerified(when);
    }

    private void assertVerified(String when) {
        assertThat(node.number("SELECT COUNT(*) FROM " + LedgerChecks.EXCEEDED_BUDGETS))
                .as("exceeded budgets " + when)
                .isZero();
        List<String> differences = new ArrayList<>();
        new Audit(node.database).run(differences::add, (subject, rows) -> {});
        assertThat(differences.stream().filter(it -> it.contains("budget")).toList())
                .as(when)
                .isEmpty();
    }

    // ---- the racers ----

    /** Half of the racers, in a process that can be killed. It reports each decision and then waits for its end. */
    static final class Racers {

        private Racers() {}

        public static void main(String[] args) throws Exception {
            try (KeysFixture node = KeysFixture.shared(args[0])) {
                node.setNodeId(DEAD);
                say("ready");
                int go = System.in.read();
                race(
                        node,
                        "dead",
                        1,
                        (id, outcome) -> say((outcome instanceof ReserveOutcome.Reserved ? ADMITTED : REFUSED) + id));
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

    /** Calls with all keys of all companies. @param half 0 or 1: every second call */
    private static void race(KeysFixture node, String prefix, int half, BiConsumer<String, ReserveOutcome> decided) {
        try (ExecutorService racers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = half; i < CALLS_A_KEY; i += 2) {
                for (Company company : Company.values()) {
                    for (Key key : company.keys) {
                        String id = prefix + i + key.id;
                        racers.execute(() -> decided.accept(id, reserve(node, id, key)));
                    }
                }
            }
        }
    }

    private static ReserveOutcome reserve(KeysFixture node, String id, Key key) {
        OpenHold hold = new OpenHold(id, key.account, key.id, "chat", "m", node.now(), key.member, key.team);
        return node.decide(new Reserve(hold, CREDIT, CREDIT, () -> SpendLimits.NONE, () -> true));
    }
}
