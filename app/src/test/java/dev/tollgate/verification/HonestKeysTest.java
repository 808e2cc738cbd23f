package dev.tollgate.verification;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.keys.CustomerKeys.NewKey;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys are made, limited, disabled, moved, rotated and deleted, and members leave: no such history is a finding. */
@ParameterizedClass
@EnumSource(Stores.class)
class HonestKeysTest {

    private static final String ACCOUNT = "acc_1";
    private static final int ACTIONS = Effort.of(200, 5_000);
    private static final Acting OWNER = new Acting(ACCOUNT, "per_owner", "192.0.2.1", null);

    private final long seed = Effort.seed("test.seed");
    private final Random random = new Random(seed);

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private CustomersFixture store;
    private CustomerKeys keys;
    private Teams teams;
    private Members members;
    private final List<String> people = new ArrayList<>();
    private int came;

    @BeforeEach
    void open() {
        store = stores.open(folder, CustomersFixture::new);
        store.account(ACCOUNT, 1_000);
        Allowances allowances = new Allowances(store.database, CustomersFixture.SECRETS, store::now);
        keys = new CustomerKeys(store.keys, store.writer, allowances, store::now, ids());
        teams = new Teams(store.database, store.keys, store.counted(), store::now, random);
        members = new Members(store.database, store.keys, store.writer, store.counted(), store::now, random);
        join();
        join();
        teams.create(OWNER, "first").orThrow();
        teams.create(OWNER, "second").orThrow();
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** Makes the same ids for a seed, so that the history of a seed is the same. */
    private SecureRandom ids() {
        try {
            SecureRandom ids = SecureRandom.getInstance("SHA1PRNG");
            ids.setSeed(seed);
            return ids;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void join() {
        String name = "m" + came++;
        store.execute("INSERT INTO person (id, account_id, login, name, role, password_hash, created_at) VALUES ('per_"
                + name + "', 'acc_1', '" + name + "@example.org', '" + name + "', 'user', '', 1)");
        store.execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_" + name
                + "', 'acc_1', 'per_" + name + "', 'admin', 1)");
        people.add(name);
    }

    private static Acting as(String name) {
        return new Acting(
                ACCOUNT, "per_" + name, "192.0.2.7", new Membership("mem_" + name, MemberRole.ADMIN, Set.of(), true));
    }

    private <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    /** Returns a member, or the owner, who is none. */
    private Acting anyone() {
        return random.nextInt(3) == 0 ? OWNER : as(any(people));
    }

    private String anyTeam() {
        return any(teams.list(ACCOUNT)).id();
    }

    @Test
    void no_honest_history_of_keys_is_a_finding() {
        int done = 0;
        for (int i = 0; i < ACTIONS; i++) {
            done += act() instanceof Outcome.Done ? 1 : 0;
            store.advance(Duration.ofHours(3));
        }
        assertThat(done).as("seed %d", seed).isGreaterThan(ACTIONS / 3);
        assertThat(store.number(
                        "SELECT COUNT(*) FROM account_log WHERE action = 'key.move' AND before_json LIKE '%locked%'"))
                .as("keys that were locked when they moved")
                .isPositive();
        List<String> found = new ArrayList<>();
        new Audit(store.database).run(found::add, (subject, rows) -> {});
        assertThat(found).as("seed %d", seed).isEmpty();
    }

    private Outcome<?> act() {
        List<Key> all = store.keys.list(ACCOUNT, null, 100);
        return all.size() < 5 || random.nextInt(4) == 0 ? make() : random.nextInt(12) == 0 ? leave() : change(any(all));
    }

    private Outcome<KeyResult.Made> make() {
        String name = any(people);
        boolean isPersonal = random.nextInt(4) > 0;
        String team = random.nextBoolean() ? "" : anyTeam();
        if (isPersonal && !team.isEmpty()) {
            teams.put(OWNER, team, "mem_" + name, random.nextBoolean()).orThrow();
        }
        KeySettings settings = KeySettings.named("k").withSpend(limits());
        return keys.create(
                isPersonal ? as(name) : OWNER, new NewKey(settings, isPersonal ? "mem_" + name : "", team), null);
    }

    private SpendLimits limits() {
        return random.nextBoolean()
                ? SpendLimits.NONE
                : new SpendLimits(null, 1_000_000L * (1 + random.nextInt(9)), null);
    }

    private Outcome<?> change(Key key) {
        String id = key.id();
        SpendLimits limits = limits();
        return switch (random.nextInt(9)) {
            case 0, 1 ->
                keys.change(
                        anyone(),
                        id,
                        null,
                        its -> its.withSpend(limits),
                        random.nextBoolean() ? null : random.nextBoolean());
            case 2 -> keys.disable(anyone(), id, true);
            case 3 -> keys.disable(anyone(), id, random.nextBoolean());
            case 4, 5, 6 -> keys.move(OWNER, id, random.nextInt(3) == 0 ? "" : anyTeam());
            case 7 -> keys.rotate(anyone(), id, null, Duration.ofHours(random.nextInt(3)));
            default -> keys.delete(anyone(), id);
        };
    }

    /** A member leaves the organization or a team, whose keys go to teams or end; or a team is paused or ends. */
    private Outcome<?> leave() {
        String name = any(people);
        String member = "mem_" + name;
        String team = anyTeam();
        Map<String, String> heirs = members.keys(ACCOUNT, member).stream()
                .filter(_ -> random.nextBoolean())
                .collect(Collectors.toMap(Key::id, _ -> anyTeam()));
        switch (random.nextInt(4)) {
            case 0 -> {
                people.remove(name);
                join();
                return random.nextBoolean() ? members.remove(OWNER, member, heirs) : members.leave(as(name));
            }
            case 1 -> {
                return teams.remove(OWNER, team, member, heirs);
            }
            case 2 -> {
                return teams.change(OWNER, team, null, random.nextBoolean());
            }
            default -> {
                Outcome<Team> next = teams.create(OWNER, "team " + came + " " + random.nextInt());
                return next instanceof Outcome.Done ? teams.archive(OWNER, team) : next;
            }
        }
    }
}
