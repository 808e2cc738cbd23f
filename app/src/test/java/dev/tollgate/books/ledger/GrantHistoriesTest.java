package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.books.grants.GrantLimits.Limit;
import dev.tollgate.books.grants.GrantLimits.Used;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.grants.PaidBy;
import dev.tollgate.books.ledger.ReserveOutcome.Reserved;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Postgres;
import dev.tollgate.verification.Audit;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A random history of an account with grants over the end of a month, in which what has expired lapses with the next change, and hundreds of calls over the
 * turn of a period (Z10 to Z24). {@code GrantModelTest} compares histories, on several servers too, with a second calculation, after a sweep each.
 */
@Timeout(240)
class GrantHistoriesTest {

    private static final String ACCOUNT = "acc_1";
    private static final List<String> MODELS = List.of("a1", "a2", "b1");
    private static final int STEPS = Effort.of(400, 4_000);

    /** A month ends while calls run. */
    private static final Instant BEGIN = Instant.parse("2026-11-30T23:58:40Z");

    @TempDir
    Path folder;

    private final long seed = Effort.seed("test.seed");
    private final Random random = new Random(seed);
    private final Map<String, Long> held = new LinkedHashMap<>();
    private final List<String> ended = new ArrayList<>();
    private int names;

    @Test
    void a_history_on_one_server_adds_up() {
        try (BooksFixture store = new BooksFixture(folder)) {
            play(store);
        }
    }

    private void play(BooksFixture first) {
        first.advance(Duration.between(BooksFixture.NOON, BEGIN));
        first.account(ACCOUNT, 500);
        for (int i = 0; i < STEPS; i++) {
            step(first);
            holds_are_covered(first, first.now());
            if (random.nextInt(3) == 0) {
                first.advance(Duration.ofMillis(random.nextInt(3_000)));
            }
        }
        LedgerChecks.assertCoherent(first);
        List.copyOf(held.keySet()).forEach(id -> settle(first, id));
        first.advance(Duration.ofDays(40));
        new Lapse(first.database, first.writer, first::now).sweep();
        LedgerChecks.assertCoherent(first);
        each_share_is_of_a_grant_for_the_model(first);
        assertThat(aboutGrants(first)).as("seed %d", seed).isEmpty();
        assertThat(first.number("SELECT COUNT(*) FROM call WHERE paid_by IS NOT NULL"))
                .isPositive();
        assertThat(first.number("SELECT COUNT(*) FROM entry WHERE request_id LIKE 'lapse%'"))
                .isPositive();
        assertThat(first.number("SELECT COUNT(DISTINCT starts_at) FROM grant_month"))
                .as("months, seed %d", seed)
                .isEqualTo(2);
    }

    /** Running calls are covered if each choice of them can be paid by all that serves one of them (Hall). Written without the program's flow. */
    private void holds_are_covered(BooksFixture store, Instant now) {
        long general = store.number(
                "SELECT balance_micros + reserved_micros - granted_micros FROM account WHERE id = 'acc_1'");
        List<Live> grants = store.database.read(sql -> sql.list(
                "SELECT models, expires_at, left_micros, limits, used, starts_at FROM credit_grant WHERE left_micros > 0",
                row -> {
                    long expiresAt = row.getLong(2);
                    boolean isForEver = row.wasNull();
                    long leaves = GrantLimits.of(row.getString(4))
                            .leavesMicros(Used.of(row.getString(5)), row.getLong(6), now.toEpochMilli());
                    return new Live(
                            ModelPatterns.of(row.getString(1)),
                            isForEver ? Long.MAX_VALUE : expiresAt,
                            Math.min(row.getLong(3), leaves));
                }));
        Map<Long, Long> bySet = new LinkedHashMap<>();
        store.database
                .read(sql -> sql.list("SELECT grant_model, created_at, held_micros FROM open_hold", row ->
                        new long[] {servedBy(grants, row.getString(1), row.getLong(2)), row.getLong(3)}))
                .forEach(it -> bySet.merge(it[0], it[1], Long::sum));
        List<Long> sets = List.copyOf(bySet.keySet());
        for (int choice = 1; choice < 1 << sets.size(); choice++) {
            long needed = 0;
            long union = 0;
            for (int i = 0; i < sets.size(); i++) {
                if ((choice >> i & 1) != 0) {
                    needed += bySet.get(sets.get(i));
                    union |= sets.get(i);
                }
            }
            long there = general;
            for (int i = 0; i < grants.size(); i++) {
                there += (union >> i & 1) != 0 ? grants.get(i).capacityMicros() : 0;
            }
            assertThat(needed).as("covered, seed %d", seed).isLessThanOrEqualTo(there);
        }
    }

    private record Live(ModelPatterns models, long expiresAtMillis, long capacityMicros) {}

    private static long servedBy(List<Live> grants, @Nullable String model, long createdAtMillis) {
        long set = 0;
        for (int i = 0; model != null && i < grants.size(); i++) {
            Live grant = grants.get(i);
            set |= grant.models().cover(model) && createdAtMillis < grant.expiresAtMillis() ? 1L << i : 0;
        }
        return set;
    }

    private void step(BooksFixture node) {
        switch (random.nextInt(12)) {
            case 0, 1 -> give(node);
            case 2, 3, 4 -> reserve(node);
            case 5 -> {
                String id = any(held.keySet());
                if (id != null) {
                    Extend extend =
                            new Extend(id, 1, 1 + random.nextInt(60), () -> SpendLimits.NONE, () -> true, node.now());
                    if (node.decide(extend) instanceof Extend.Extended extended) {
                        held.put(id, extended.heldMicros());
                    }
                }
            }
            case 6, 7, 8 -> {
                String id = any(held.keySet());
                if (id != null) {
                    settle(node, id);
                }
            }
            case 9 -> {
                String id = any(ended);
                if (id != null) {
                    node.decide(new Refund(ACCOUNT, id, 1 + random.nextInt(40), "slow", null, node.now()));
                }
            }
            case 10 -> takeOrGive(node);
            default -> new Lapse(node.database, node.writer, node::now).sweep();
        }
    }

    private void settle(BooksFixture node, String id) {
        long hold = held.remove(id);
        if (random.nextInt(6) == 0) {
            node.decide(Ended.release(id, node.now()));
        } else {
            node.decide(Ended.settle(id, random.nextLong(hold + 1), node.now()));
            ended.add(id);
        }
    }

    private void give(BooksFixture node) {
        String models = List.of("", "a*", "b1", "a1 b1").get(random.nextInt(4));
        Instant expiresAt = random.nextInt(6) == 0 && !models.isEmpty()
                ? null
                : node.now().plusMillis(500 + random.nextInt(30_000));
        List<Limit> limits = random.nextInt(3) == 0 ? List.of(new Limit(1, 20 + random.nextInt(50))) : List.of();
        GrantTerms terms =
                new GrantTerms(Kind.GIFT, ModelPatterns.of(models), null, expiresAt, new GrantLimits(limits));
        node.decide(new Grant(
                        ACCOUNT, 1 + random.nextInt(150), "a gift", RequestId.ofOperator("gift-" + ++names), node.now())
                .under(
                        expiresAt == null && models.isEmpty()
                                ? GrantTerms.of(Kind.GIFT, ModelPatterns.EVERY, null)
                                : terms));
    }

    private void reserve(BooksFixture node) {
        String id = "t" + ++names;
        OpenHold hold = new OpenHold(id, ACCOUNT, "key_1", "chat", MODELS.get(random.nextInt(3)), node.now());
        Reserve reserve = new Reserve(hold, 1, 1 + random.nextInt(300), () -> SpendLimits.NONE, () -> true);
        if (node.decide(reserve) instanceof Reserved reserved) {
            held.put(id, reserved.heldMicros());
        }
    }

    private void takeOrGive(BooksFixture node) {
        long last = node.number("SELECT last_grant FROM account WHERE id = '" + ACCOUNT + "'");
        switch (random.nextInt(4)) {
            case 0 -> node.commit(new Grant(ACCOUNT, 1 + random.nextInt(120), "more", node.now()));
            case 1 ->
                node.decide(new Correction.Adjustment(ACCOUNT, -1 - random.nextInt(60), "a mistake", null, node.now()));
            case 2 ->
                node.decide(new Correction.Reversal(ACCOUNT, 1 + random.nextInt(40), "a dispute", null, node.now()));
            default -> {
                if (last > 0) {
                    long number = 1 + random.nextLong(last);
                    node.decide(new Grant.End(ACCOUNT, number, "by mistake", null, node.now()));
                    node.commit(new Grant.MoveExpiry(ACCOUNT, number, node.now().plusSeconds(20), node.now()));
                }
            }
        }
        node.commit(new SetBlocked(ACCOUNT, false));
    }

    private @Nullable String any(Iterable<String> ids) {
        List<String> all = new ArrayList<>();
        ids.forEach(all::add);
        return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
    }

    private static void each_share_is_of_a_grant_for_the_model(BooksFixture store) {
        Map<Long, ModelPatterns> models = new LinkedHashMap<>();
        store.database
                .read(sql -> sql.list(
                        "SELECT number, models FROM credit_grant",
                        row -> Map.entry(row.getLong(1), ModelPatterns.of(row.getString(2)))))
                .forEach(it -> models.put(it.getKey(), it.getValue()));
        List<String[]> calls = store.database.read(
                sql -> sql.list("SELECT model_id, paid_by FROM call WHERE paid_by IS NOT NULL", row ->
                        new String[] {row.getString(1), row.getString(2)}));
        for (String[] call : calls) {
            assertThat(PaidBy.of(call[1]).shares())
                    .as(call[0] + " paid by " + call[1])
                    .allMatch(share ->
                            Objects.requireNonNull(models.get(share.grant())).cover(call[0]));
        }
    }

    /** Returns what the check of the books finds about grants. The price of these calls is in no catalogue, which is all that it says else. */
    private static List<String> aboutGrants(BooksFixture store) {
        List<String> findings = new ArrayList<>();
        new Audit(store.database).run(findings::add, (subject, rows) -> {});
        findings.removeIf(it -> !it.contains("grant"));
        return findings;
    }

    @Test
    void calls_over_a_turn_leave_the_next_period_to_new_ones() {
        try (BooksFixture store = new BooksFixture(folder)) {
            turn(List.of(store));
        }
    }

    @Test
    void calls_over_a_turn_leave_the_next_period_to_new_ones_on_two_servers() {
        String url = Postgres.migrated();
        try (BooksFixture one = new BooksFixture(BooksFixture.server(url));
                BooksFixture two = new BooksFixture(BooksFixture.server(url))) {
            turn(List.of(one, two));
        }
    }

    /** 220 calls run while a period ends, and 220 others begin at once: each is paid by the period in which it began. */
    private void turn(List<BooksFixture> nodes) {
        BooksFixture first = nodes.getFirst();
        BooksFixture last = nodes.getLast();
        first.account(ACCOUNT, 0);
        Instant turn = first.now().plusSeconds(10);
        period(first, 1_000, turn);
        hold(nodes, "old", 3);
        nodes.forEach(it -> it.setNow(turn));
        period(last, 1_000, turn.plusSeconds(3_600));
        hold(nodes, "new", 4);
        assertThat(first.number("SELECT left_micros FROM credit_grant WHERE number = 1"))
                .isEqualTo(660);
        List<CompletableFuture<Unit>> ends = new ArrayList<>();
        for (int i = 0; i < 220; i++) {
            BooksFixture node = nodes.get(i / 2 % nodes.size());
            ends.add(node.writer.commit(Unit.of(Ended.settle("new" + i, 4, node.now()))));
            ends.add(node.writer.commit(Unit.of(Ended.settle("old" + i, 2, node.now()))));
        }
        ends.forEach(CompletableFuture::join);
        assertThat(first.number("SELECT COUNT(*) FROM call WHERE id LIKE 'old%' AND paid_by = '1:2'"))
                .isEqualTo(220);
        assertThat(first.number("SELECT COUNT(*) FROM call WHERE id LIKE 'new%' AND paid_by = '2:4'"))
                .isEqualTo(220);
        assertThat(first.number("SELECT lapsed_micros FROM credit_grant WHERE number = 1 AND ended_at IS NOT NULL"))
                .isEqualTo(1_000 - 440);
        LedgerChecks.assertCoherent(first);
        assertThat(aboutGrants(first)).isEmpty();
    }

    private static void period(BooksFixture node, long micros, Instant expiresAt) {
        GrantTerms terms = new GrantTerms(Kind.GIFT, ModelPatterns.EVERY, null, expiresAt, GrantLimits.NONE);
        RequestId id = new RequestId("gift-" + expiresAt.getEpochSecond());
        assertThat(node.decide(new Grant(ACCOUNT, micros, "a period", id, node.now()).under(terms))
                        .isDone())
                .isTrue();
    }

    private static void hold(List<BooksFixture> nodes, String ids, long micros) {
        List<Reserve> calls = new ArrayList<>();
        List<CompletableFuture<Unit>> units = new ArrayList<>();
        for (int i = 0; i < 220; i++) {
            BooksFixture node = nodes.get(i % nodes.size());
            OpenHold hold = new OpenHold(ids + i, ACCOUNT, "key_1", "chat", "a1", node.now());
            calls.add(new Reserve(hold, micros, micros, () -> SpendLimits.NONE, () -> true));
            units.add(node.writer.commit(Unit.of(calls.getLast())));
        }
        units.forEach(CompletableFuture::join);
        assertThat(calls).extracting(Reserve::outcome).containsOnly(new Reserved(micros));
    }
}
