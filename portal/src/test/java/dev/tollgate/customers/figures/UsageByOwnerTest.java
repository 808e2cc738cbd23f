package dev.tollgate.customers.figures;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.books.rollups.Rollups.CountCall;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.keys.CustomerKeys.NewKey;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.models.Usage;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Usage by team and member while keys move and end by chance. A seed is repeated with {@code -Downers.seed}. */
@BesideOthers
class UsageByOwnerTest {

    private static final String ACCOUNT = "acc_1";
    private static final Acting BY = new Acting(ACCOUNT, "per_1", "192.0.2.1", null);
    private static final List<String> MEMBERS = List.of("mem_ann", "mem_bob");

    @TempDir
    Path folder;

    private final long seed = Effort.seed("owners.seed");
    private final Random random = new Random(seed);
    private final List<Key> live = new ArrayList<>();

    /** The charges by the owner that the key had at the call. */
    private final Map<String, Long> ofTeams = new HashMap<>();

    private final Map<String, Long> ofMembers = new HashMap<>();
    private final List<Team> teamsLeft = new ArrayList<>();
    private CustomersFixture store;
    private CustomerKeys keys;
    private Teams teams;

    private void open(Stores stores) {
        store = stores.open(folder, CustomersFixture::new);
        store.account(ACCOUNT, 900_000_000);
        keys = new CustomerKeys(
                store.keys,
                store.writer,
                new Allowances(store.database, CustomersFixture.SECRETS, store::now),
                store::now,
                new SecureRandom());
        teams = new Teams(store.database, store.keys, store.counted(), store::now, new SecureRandom());
        for (String member : MEMBERS) {
            store.execute(
                    "INSERT INTO person (id, account_id, login, name, role, password_hash, created_at) VALUES ('per_"
                            + member + "', '" + ACCOUNT + "', '" + member + "@example.org', '" + member
                            + "', 'user', '', 1)");
            store.execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('" + member + "', '"
                    + ACCOUNT + "', 'per_" + member + "', 'member', 1)");
        }
        for (String name : List.of("Search", "Ads", "Mail")) {
            Team team = teams.create(BY, name).orThrow();
            MEMBERS.forEach(member -> teams.put(BY, team.id(), member, false));
            teamsLeft.add(team);
        }
    }

    @ParameterizedTest
    @EnumSource
    void usage_by_team_and_member_adds_up_to_the_ledger(Stores stores) {
        System.out.println("owners.seed=" + seed);
        open(stores);
        try (CustomersFixture opened = store) {
            CompletionIds ids = new CompletionIds(opened::now, random);
            long charged = 0;
            for (int i = 0; i < 120; i++) {
                change();
                if (!live.isEmpty()) {
                    charged += call(ids.next(), live.get(random.nextInt(live.size())));
                }
                opened.advance(Duration.ofMinutes(random.nextInt(300)));
                if (random.nextInt(30) == 0) {
                    new Rollups(opened.writer, opened::now).sweep();
                }
            }
            AccountHistory history = new AccountHistory(opened.database, Duration.ofMinutes(10), opened::now);
            LocalDate first = LocalDate.of(2026, 11, 1);
            Span span = Span.ofDays(first, first.plusMonths(3));
            assertThat(opened.number("SELECT consumed_micros FROM account WHERE id = '" + ACCOUNT + "'"))
                    .as("seed %s", seed)
                    .isEqualTo(charged);
            for (By[] by : new By[][] {{By.TEAM}, {By.DAY, By.TEAM}}) {
                assertThat(sums(history, span, UsageGroup::teamId, by)).isEqualTo(ofTeams);
            }
            for (By[] by : new By[][] {{By.MEMBER}, {By.DAY, By.MEMBER, By.KEY}}) {
                assertThat(sums(history, span, UsageGroup::memberId, by)).isEqualTo(ofMembers);
            }
            assertThat(ofTeams.values().stream().mapToLong(Long::longValue).sum())
                    .isEqualTo(charged);
            assertThat(ofMembers.values().stream().mapToLong(Long::longValue).sum())
                    .isEqualTo(charged);
        }
    }

    private static Map<String, Long> sums(
            AccountHistory history, Span span, Function<UsageGroup, String> owner, By... by) {
        Map<String, Long> sums = new HashMap<>();
        history.usage(ACCOUNT, UsageQuestion.of(span, by))
                .groups()
                .forEach(group -> sums.merge(
                        Objects.requireNonNull(owner.apply(group)),
                        group.figures().chargedMicros(),
                        Long::sum));
        return sums;
    }

    /** Makes, moves or deletes a key, archives a team, or ends a membership. */
    private void change() {
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> make();
            case 3, 4 -> move();
            case 5 -> delete();
            case 6 -> {
                if (random.nextInt(6) == 0 && !teamsLeft.isEmpty()) {
                    Team team = teamsLeft.removeFirst();
                    teams.archive(BY, team.id());
                    live.removeIf(key -> key.owner().teamId().equals(team.id()));
                }
            }
            case 7 -> {
                if (random.nextInt(12) == 0) {
                    store.execute("UPDATE member SET left_at = 5 WHERE id = 'mem_bob'");
                }
            }
            default -> {}
        }
    }

    private String team() {
        return teamsLeft.isEmpty() || random.nextInt(3) == 0
                ? ""
                : teamsLeft.get(random.nextInt(teamsLeft.size())).id();
    }

    private void make() {
        String member = random.nextBoolean() ? "" : MEMBERS.get(random.nextInt(MEMBERS.size()));
        Outcome<KeyResult.Made> made = keys.create(BY, new NewKey(KeySettings.named("k"), member, team()), null);
        if (made.isDone()) {
            live.add(made.orThrow().key());
        }
    }

    private void move() {
        if (!live.isEmpty()) {
            Key old = live.get(random.nextInt(live.size()));
            if (keys.move(BY, old.id(), team()) instanceof Outcome.Done<Key>(Key moved)) {
                live.remove(old);
                live.add(moved);
            }
        }
    }

    private void delete() {
        if (!live.isEmpty()) {
            Key gone = live.remove(random.nextInt(live.size()));
            keys.delete(BY, gone.id());
        }
    }

    /** @return the charge */
    private long call(String id, Key key) {
        long charge = 1 + random.nextInt(50_000);
        store.commit(new Reserve(
                new OpenHold(id, ACCOUNT, key.id(), "chat", "m" + random.nextInt(2), store.now()),
                charge,
                charge,
                () -> SpendLimits.NONE,
                () -> true));
        CallDetails details = Ended.charged(
                CallEnd.COMPLETED,
                "answered",
                Usage.NONE,
                charge,
                Times.NONE,
                Ended.course("main", "up", List.of()),
                store.now());
        Settle settle = new Settle(id, charge, details, store.now());
        store.commit(settle, new CountCall(settle));
        ofTeams.merge(key.owner().teamId(), charge, Long::sum);
        ofMembers.merge(key.owner().memberId(), charge, Long::sum);
        return charge;
    }
}
