package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.Budgets.SpendBudget;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.Reserve.OnLess;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import dev.tollgate.verification.Audit;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls that search race for what does not cover the most of all of them (D31, D33), on one SQLite and on two nodes over one PostgreSQL. */
@ParameterizedClass
@EnumSource(Stores.class)
@Timeout(240)
class SearchRacersTest {

    private static final long LESS = 1_000_000;
    private static final long MOST = 9_000_000;
    private static final int WAVES = 5;
    private static final int RACERS = 40;

    /** The room of one race: the most of four calls, or less of more. */
    private static final long ROOM = 4 * MOST + 8 * LESS;

    private static final Instant EVENING = Instant.parse("2026-11-20T23:59:59.500Z");

    /** An account of calls that each search for the most, and what ends their race. */
    private enum Race {
        BALANCE,
        KEY,
        MEMBER,
        TEAM,
        ACCOUNT;

        final String account = "acc_" + name();
        final String key = "key_" + name();
        /** A key of the same account that its own limits never refuse. */
        final String other = "key_other_" + name();

        /** Returns whether the limit is one of a single key's owners. */
        boolean isOfOwner() {
            return this != BALANCE && this != ACCOUNT;
        }
    }

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private List<KeysFixture> nodes;

    @BeforeEach
    void open() {
        if (stores == Stores.SQLITE) {
            nodes = List.of(new KeysFixture(folder));
        } else {
            String url = Postgres.migrated();
            nodes = List.of(KeysFixture.shared(url), KeysFixture.shared(url));
        }
        for (int i = 0; i < nodes.size(); i++) {
            nodes.get(i).setNodeId("node_" + i);
            nodes.get(i).setNow(EVENING);
        }
    }

    private void begin(long room, Race... races) {
        for (Race race : races) {
            found(race, room);
        }
        for (int i = 0; i < nodes.size(); i++) {
            first().execute("INSERT INTO node (id, lease_until, schema_known) VALUES ('node_" + i
                    + "', 9000000000000, 1000)");
        }
    }

    @AfterEach
    void close() {
        LedgerChecks.assertCoherent(first());
        assertThat(differences().stream().filter(it -> it.contains("budget") || it.contains("on less")))
                .isEmpty();
        nodes.forEach(KeysFixture::close);
    }

    private KeysFixture first() {
        return nodes.getFirst();
    }

    private void found(Race race, long room) {
        first().account(race.account, race == Race.BALANCE ? room : 1_000_000 * MOST);
        first().execute("INSERT INTO team (id, account_id, name, created_at) VALUES ('team_" + race + "', '"
                + race.account + "', 'T', 1)");
        first().execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_" + race + "', '"
                + race.account + "', 'per_" + race + "', 'member', 1)");
        first().ownedKey(race.key, race.account, "mem_" + race, "team_" + race);
        first().ownedKey(race.other, race.account, "", "");
        if (race != Race.BALANCE) {
            raise(race, 0, room);
        }
    }

    /** Raises the credits or the limit that ends a race. */
    private void raise(Race race, long fromMicros, long toMicros) {
        String owner =
                switch (race) {
                    case BALANCE -> "";
                    case KEY -> race.key;
                    case MEMBER -> "mem_" + race;
                    case TEAM -> "team_" + race;
                    case ACCOUNT -> Budgets.ACCOUNT;
                };
        if (race == Race.BALANCE) {
            first().commit(new Grant(race.account, toMicros - fromMicros, "test", first().now()));
        } else {
            Map<SpendWindow, SpendBudget> to = Map.of(SpendWindow.MONTH, new SpendBudget(toMicros));
            SetBudgets set = SetBudgets.of(race.account, owner, from -> to, first().now());
            assertThat(first().decide(set).isDone()).isTrue();
        }
    }

    private static Reserve searching(KeysFixture node, Race race, String id, String key) {
        boolean owned = key.equals(race.key);
        OpenHold hold = new OpenHold(
                id,
                race.account,
                key,
                "chat",
                "m",
                node.now(),
                owned ? "mem_" + race : "",
                owned ? "team_" + race : "");
        return new Reserve(hold, MOST, MOST, new OnLess(LESS, LESS, true), () -> SpendLimits.NONE, () -> true);
    }

    @Test
    void a_thousand_racers_cost_the_operator_three_calls_a_day() throws Exception {
        begin(ROOM, Race.values());
        race(0);
        for (int wave = 1; wave < WAVES; wave++) {
            for (Race race : Race.values()) {
                raise(race, wave * ROOM, (wave + 1) * ROOM);
            }
            race(wave);
        }
        for (Race race : Race.values()) {
            for (String day : List.of("2026-11-20", "2026-11-21")) {
                long from = Instant.parse(day + "T00:00:00Z").toEpochMilli();
                String ofDay = "due_micros > charged_micros AND account_id = '" + race.account
                        + "' AND ended_at >= " + from + " AND ended_at < "
                        + (from + Duration.ofDays(1).toMillis());
                assertThat(Calls.count(first()::number, ofDay))
                        .as(race + " on " + day)
                        .isLessThanOrEqualTo(3);
                assertThat(Calls.shortfallMicros(first()::number, ofDay))
                        .as(race + " on " + day)
                        .isLessThanOrEqualTo(3 * (MOST - LESS));
            }
        }
        assertThat(first().number("SELECT COUNT(*) FROM open_hold")).isZero();
        assertThat(Calls.count(first()::number, "due_micros > charged_micros"))
                .as("calls on less that searched for the most")
                .isGreaterThan(5);
        // A node that loses each race to the other has no call that waits, and its clock stays at the evening.
        assertThat(nodes).as("the end of the race").anyMatch(node -> node.now()
                .isAfter(Instant.parse("2026-11-21T00:00:00Z")));
    }

    /** Lets racers of all accounts reserve at the same time. Every second call ends after all have, and after the midnight of the first race. */
    private void race(int wave) throws Exception {
        CountDownLatch decided = new CountDownLatch(RACERS * Race.values().length);
        List<Future<?>> all = new ArrayList<>();
        try (ExecutorService racers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < RACERS; i++) {
                KeysFixture node = nodes.get(i / 2 % nodes.size());
                boolean waits = i % 2 == 0;
                for (Race race : Race.values()) {
                    String key = i % 10 == 7 && race.isOfOwner() ? race.other : race.key;
                    Reserve reserve = searching(node, race, race + "_" + wave + "_" + i, key);
                    all.add(racers.submit(() -> call(node, reserve, waits, decided)));
                }
            }
            decided.await();
        }
        for (Future<?> one : all) {
            one.get();
        }
    }

    /** Reserves, searches as often as possible and settles. What a refusal says is that the most has no room. */
    private Void call(KeysFixture node, Reserve reserve, boolean waits, CountDownLatch decided) throws Exception {
        try {
            node.commit(reserve);
        } finally {
            decided.countDown();
        }
        if (!(reserve.outcome() instanceof ReserveOutcome.Reserved held)) {
            assertThat(reserve.keyId()).as("who has room is never refused").doesNotContain("other");
            assertThat(room(reserve.outcome())).as(reserve.outcome().toString()).isLessThan(MOST);
            return null;
        }
        Instant end = EVENING;
        if (waits) {
            decided.await();
            end = EVENING.plusSeconds(1);
            node.setNow(end);
        }
        String id = reserve.reservationId();
        long charged = held.heldMicros();
        if (charged < MOST
                && node.decide(Extend.atSettlement(id, 1, MOST - charged, () -> SpendLimits.NONE, end))
                        instanceof Extend.Extended extended) {
            charged = extended.heldMicros();
        }
        node.commit(Ended.settle(id, charged, MOST - charged, end));
        return null;
    }

    /** Returns what balance or window had left for a refused call. */
    private static long room(ReserveOutcome refused) {
        return switch (refused) {
            case ReserveOutcome.NotOnLess none -> room(none.most());
            case ReserveOutcome.InsufficientCredits credits -> credits.availableMicros();
            case ReserveOutcome.SpendLimitReached limit ->
                limit.limitMicros() - limit.usedMicros() - limit.heldMicros();
            default -> Long.MAX_VALUE;
        };
    }

    @Test
    void three_calls_of_an_account_run_on_less() {
        begin(6 * LESS, Race.TEAM);
        for (int i = 0; i < 3; i++) {
            KeysFixture node = nodes.get(i % nodes.size());
            assertThat(node.decide(searching(node, Race.TEAM, "t" + i, Race.TEAM.key)))
                    .isEqualTo(new ReserveOutcome.Reserved(LESS, true));
        }
        assertThat(next("t3")).isInstanceOfSatisfying(ReserveOutcome.NotOnLess.class, refused -> {
            assertThat(refused.becauseOfRunningCalls()).isTrue();
            assertThat(refused.reservedMicros()).isEqualTo(3 * LESS);
        });
        assertThat(first().decide(searching(first(), Race.TEAM, "t4", Race.TEAM.other)))
                .as("who has room for the most")
                .isEqualTo(new ReserveOutcome.Reserved(MOST, false));
        first().settle("t0", 1);
        assertThat(next("t5")).as("a place is free").isEqualTo(new ReserveOutcome.Reserved(LESS, true));
        first().decide(Ended.release("t1", first().now()));
        assertThat(next("t6")).isEqualTo(new ReserveOutcome.Reserved(LESS, true));
    }

    private ReserveOutcome next(String id) {
        KeysFixture last = nodes.getLast();
        return last.decide(searching(last, Race.TEAM, id, Race.TEAM.key));
    }

    @Test
    void calls_of_one_batch_are_counted_together() {
        begin(8 * LESS, Race.TEAM);
        Reserve[] racers = new Reserve[5];
        for (int i = 0; i < 5; i++) {
            racers[i] = searching(first(), Race.TEAM, "t" + i, Race.TEAM.key);
        }
        first().commit(racers[0], racers[1]);
        Settle ends = Ended.settle("t0", LESS, MOST - LESS, first().now());
        first().commit(ends, racers[2], racers[3], racers[4]);
        assertThat(List.of(racers[2].reserved(), racers[3].reserved(), racers[4].reserved()))
                .as("one runs, one fell short in the same batch")
                .containsExactly(true, false, false);
    }

    @Test
    void shortfalls_of_the_day_take_places_until_the_next() {
        begin(9 * LESS - 1, Race.TEAM);
        for (int i = 0; i < 3; i++) {
            assertThat(next("t" + i)).isEqualTo(new ReserveOutcome.Reserved(LESS, true));
            first().commit(Ended.settle("t" + i, LESS, MOST - LESS, first().now()));
        }
        assertThat(next("t3")).isInstanceOfSatisfying(ReserveOutcome.NotOnLess.class, refused -> {
            assertThat(refused.becauseOfRunningCalls()).isFalse();
            assertThat(refused.most().leastMicros()).isEqualTo(MOST);
        });
        assertThat(first().decide(searching(first(), Race.TEAM, "t4", Race.TEAM.other)))
                .as("who has room for the most")
                .isEqualTo(new ReserveOutcome.Reserved(MOST, false));
        nodes.forEach(node -> node.advance(Duration.ofSeconds(1)));
        assertThat(next("t5")).as("after midnight").isEqualTo(new ReserveOutcome.Reserved(LESS, true));
    }

    @Test
    void the_death_of_a_node_frees_its_places() {
        begin(6 * LESS, Race.TEAM);
        for (int i = 0; i < 3; i++) {
            first().decide(searching(first(), Race.TEAM, "t" + i, Race.TEAM.key));
        }
        assertThat(next("t3")).isInstanceOf(ReserveOutcome.NotOnLess.class);
        first().execute("UPDATE node SET lease_until = 0 WHERE id = 'node_0'");
        KeysFixture last = nodes.getLast();
        assertThat(last.decide(new ReleaseAbandoned(last.now()))).hasSize(3);
        assertThat(next("t4")).isEqualTo(new ReserveOutcome.Reserved(LESS, true));
        last.settle("t4", 1);
    }

    @Test
    void more_than_three_marks_of_an_account_are_a_finding() {
        begin(100 * MOST, Race.TEAM);
        for (int i = 0; i < 4; i++) {
            assertThat(next("t" + i)).isEqualTo(new ReserveOutcome.Reserved(MOST, false));
        }
        first().execute("UPDATE open_hold SET on_less = 1");
        assertThat(differences()).contains("account acc_TEAM has 4 calls on less, more than 3");
        first().execute("UPDATE open_hold SET on_less = 0");
    }

    private List<String> differences() {
        List<String> found = new ArrayList<>();
        new Audit(first().database).run(found::add, (subject, rows) -> {});
        return found;
    }
}
