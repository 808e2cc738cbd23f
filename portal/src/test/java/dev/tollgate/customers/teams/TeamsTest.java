package dev.tollgate.customers.teams;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.base.error.Shortage.OfLimit.Spender;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.budgets.Budgets.SpendBudget;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.Extend;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.ReserveOutcome;
import dev.tollgate.books.ledger.SetBudgets;
import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.keys.CustomerKeys.NewKey;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.RightLost;
import dev.tollgate.keys.Authentication;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyEdit;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.KeyState;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Stores;
import dev.tollgate.verification.Audit;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Teams and their keys, over the real databases. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class TeamsTest {

    private static final String ACCOUNT = "acc_1";
    private static final String OTHER = "acc_2";
    private static final Acting OWNER = by(ACCOUNT, null);
    private static final Acting STRANGER = by(OTHER, null);

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private CustomersFixture store;
    private CustomerKeys keys;
    private Teams teams;

    @BeforeEach
    void open() {
        store = stores.open(folder, CustomersFixture::new);
        store.account(ACCOUNT, 1_000);
        store.account(OTHER, 1_000);
        keys = new CustomerKeys(
                store.keys,
                store.writer,
                new Allowances(store.database, CustomersFixture.SECRETS, store::now),
                store::now,
                new SecureRandom());
        teams = new Teams(store.database, store.keys, store.counted(), store::now, new SecureRandom());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static Team done(Outcome<Team> result) {
        return result.orThrow();
    }

    private static Acting by(String account, @Nullable Membership membership) {
        return new Acting(account, "per_1", "192.0.2.1", membership);
    }

    private List<Team.Fellow> fellows(Team team) {
        return teams.fellows(ACCOUNT).getOrDefault(team.id(), List.of());
    }

    private Team made(String name) {
        return done(teams.create(OWNER, name));
    }

    private void member(String id) {
        store.execute(
                "INSERT INTO person (id, account_id, login, name, role, password_hash, created_at)" + " VALUES ('per_"
                        + id + "', '" + ACCOUNT + "', '" + id + "@example.org', '" + id + "', 'user', '', 1)");
        store.execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_" + id + "', '"
                + ACCOUNT + "', 'per_" + id + "', 'member', 1)");
    }

    private static Acting by(String account) {
        return new Acting(account, "per_1", null, null);
    }

    /** @param member empty for a management key */
    private static Acting as(String member) {
        return new Acting(ACCOUNT, "per_1", null, member.isEmpty() ? null : new Membership(member, MemberRole.MEMBER));
    }

    private Outcome<KeyResult.Made> create(String member, String team) {
        return keys.create(by(ACCOUNT), new NewKey(KeySettings.named("k"), member, team), null);
    }

    private KeyResult.Made key(String member, String team) {
        return create(member, team).orThrow();
    }

    private Authentication found(KeyResult.Made made) {
        return store.keys.find(made.secret());
    }

    @Test
    void a_team_has_a_name_of_its_own_in_its_account() {
        Team search = made("Search");
        assertThat(teams.create(OWNER, "Search")).isEqualTo(Teams.NAME_TAKEN);
        assertThat(teams.create(STRANGER, "Search")).isInstanceOf(Outcome.Done.class);
        assertThat(teams.change(STRANGER, search.id(), "Stolen", null)).isEqualTo(Teams.NO_TEAM);
        assertThat(teams.change(OWNER, made("Ads").id(), "Search", null)).isEqualTo(Teams.NAME_TAKEN);
        assertThat(done(teams.change(OWNER, search.id(), "Find", null)).name()).isEqualTo("Find");
        assertThat(teams.list(ACCOUNT)).extracting(Team::name).containsExactly("Ads", "Find");
    }

    @Test
    void an_account_has_fifty_teams_at_most_and_archiving_makes_room() {
        for (int i = 0; i < Teams.TEAMS_MAX; i++) {
            made("Team " + i);
        }
        assertThat(teams.create(OWNER, "one more")).isEqualTo(Teams.TOO_MANY);
        teams.archive(OWNER, teams.list(ACCOUNT).getFirst().id());
        assertThat(teams.create(OWNER, "one more")).isInstanceOf(Outcome.Done.class);
    }

    @Test
    void an_archived_teams_keys_end_and_it_gets_no_further_one() {
        member("ann");
        Team team = made("Search");
        Team other = made("Ads");
        teams.put(OWNER, team.id(), "mem_ann", true);
        KeyResult.Made service = key("", team.id());
        KeyResult.Made personal = key("mem_ann", team.id());
        KeyResult.Made outside = key("mem_ann", "");
        KeyResult.Made others = key("", other.id());
        assertThat(found(service)).isInstanceOf(Authentication.Found.class);

        assertThat(done(teams.archive(OWNER, team.id())).archivedAt()).isEqualTo(store.now());

        assertThat(found(service)).isInstanceOf(Authentication.Deleted.class);
        assertThat(found(personal)).isInstanceOf(Authentication.Deleted.class);
        assertThat(found(outside)).isInstanceOf(Authentication.Found.class);
        assertThat(found(others)).isInstanceOf(Authentication.Found.class);
        assertThat(create("", team.id())).isEqualTo(KeyResult.noSuchOwner());
        assertThat(teams.find(ACCOUNT, team.id())).isEmpty();
        assertThat(teams.archive(OWNER, team.id())).isEqualTo(Teams.NO_TEAM);
    }

    @Test
    void a_member_who_leaves_a_team_loses_the_keys_in_it_alone() {
        member("ann");
        member("bob");
        Team team = made("Search");
        teams.put(OWNER, team.id(), "mem_ann", true);
        teams.put(OWNER, team.id(), "mem_bob", false);
        assertThat(fellows(team))
                .containsExactly(new Team.Fellow("mem_ann", "ann", true), new Team.Fellow("mem_bob", "bob", false));
        KeyResult.Made anns = key("mem_ann", team.id());
        KeyResult.Made bobs = key("mem_bob", team.id());
        KeyResult.Made service = key("", team.id());

        teams.remove(OWNER, team.id(), "mem_ann", Map.of());

        assertThat(found(anns)).isInstanceOf(Authentication.Deleted.class);
        assertThat(found(bobs)).isInstanceOf(Authentication.Found.class);
        assertThat(found(service)).isInstanceOf(Authentication.Found.class);
        assertThat(fellows(team)).extracting(Team.Fellow::memberId).containsExactly("mem_bob");
        assertThat(teams.remove(OWNER, team.id(), "mem_ann", Map.of())).isEqualTo(Teams.NO_MEMBER);
    }

    @Test
    void a_key_has_a_live_member_or_team_of_its_account() {
        member("ann");
        Team team = made("Search");
        Team foreign = done(teams.create(STRANGER, "Search"));

        assertThat(create("mem_ann", "")).isInstanceOf(Outcome.Done.class);
        for (List<String> owner : List.of(
                List.of("mem_bob", ""),
                List.of("", "team_none"),
                List.of("", foreign.id()),
                List.of("mem_ann", team.id()))) {
            assertThat(create(owner.getFirst(), owner.getLast())).isEqualTo(KeyResult.noSuchOwner());
        }
        teams.put(OWNER, team.id(), "mem_ann", false);
        assertThat(create("mem_ann", team.id())).isInstanceOf(Outcome.Done.class);
        store.execute("UPDATE member SET left_at = 1 WHERE id = 'mem_ann'");
        assertThat(create("mem_ann", "")).isEqualTo(KeyResult.noSuchOwner());
        assertThat(teams.put(OWNER, team.id(), "mem_ann", true)).isEqualTo(Teams.NO_MEMBER);
    }

    @Test
    void a_member_has_ten_keys_at_most_whatever_the_account_has() {
        member("ann");
        Team team = made("Search");
        teams.put(OWNER, team.id(), "mem_ann", false);
        for (int i = 0; i < 10; i++) {
            key("mem_ann", i % 2 == 0 ? "" : team.id());
        }
        assertThat(create("mem_ann", "")).isEqualTo(KeyResult.tooMany());
        for (int i = 0; i < 50; i++) {
            key("", team.id());
        }
        assertThat(create("", team.id())).isEqualTo(KeyResult.tooMany());
        assertThat(create("", "")).isInstanceOf(Outcome.Done.class);
    }

    @Test
    void a_moved_key_keeps_secret_settings_and_first_id() {
        Team team = made("Search");
        KeyResult.Made old = keys.create(
                        by(ACCOUNT), NewKey.ofAccount(KeySettings.named("bot").withModels(List.of("m"))), null)
                .orThrow();
        String id = old.key().id();
        assertThat(keys.move(by(OTHER), id, team.id())).isEqualTo(KeyResult.noSuchKey());
        assertThat(keys.move(by(ACCOUNT), id, "team_none")).isEqualTo(KeyResult.noSuchOwner());

        Key moved = keys.move(by(ACCOUNT), id, team.id()).orThrow();

        assertThat(moved.id()).isNotEqualTo(id);
        assertThat(moved.settings()).isEqualTo(old.key().settings());
        assertThat(found(old)).isInstanceOfSatisfying(Authentication.Found.class, found -> assertThat(found.key())
                .isEqualTo(moved));
        assertThat(moved.owner()).isEqualTo(new KeyOwner("", team.id(), id));
        assertThat(keys.find(ACCOUNT, id)).isEmpty();
        assertThat(store.number("SELECT COUNT(*) FROM api_key WHERE id = '" + id + "' AND deleted_at IS NOT NULL"
                        + " AND moved_to = '" + moved.id() + "'"))
                .isEqualTo(1);
        Key back = keys.move(by(ACCOUNT), moved.id(), "").orThrow();
        assertThat(back.owner()).isEqualTo(KeyOwner.account(id));
        store = store.reopened();
        assertThat(store.keys.find(old.secret())).isInstanceOf(Authentication.Found.class);
    }

    @Test
    void only_its_member_gets_another_secret_of_a_personal_key() {
        member("ann");
        String id = key("mem_ann", "").key().id();

        for (String by : List.of("", "mem_bob")) {
            assertThat(keys.rotate(as(by), id, null, Duration.ZERO)).isEqualTo(KeyResult.notYours());
        }
        assertThat(keys.rotate(as("mem_ann"), id, null, Duration.ZERO)).isInstanceOf(Outcome.Done.class);
    }

    private void budget(String owner, long micros) {
        SetBudgets set = SetBudgets.of(
                ACCOUNT, owner, limits -> Map.of(SpendWindow.MONTH, new SpendBudget(micros)), store.now());
        assertThat(store.decide(set).isDone()).isTrue();
    }

    private ReserveOutcome reserve(String id, Key key, long micros) {
        KeyOwner owner = key.owner();
        OpenHold hold = new OpenHold(id, ACCOUNT, key.id(), "chat", "m", store.now(), owner.memberId(), owner.teamId());
        return store.decide(new Reserve(hold, micros, micros, () -> SpendLimits.NONE, () -> true));
    }

    private Spender refused(String id, Key key, long micros) {
        return ((ReserveOutcome.SpendLimitReached) reserve(id, key, micros)).owner();
    }

    @Test
    void a_moved_key_takes_its_budgets_along_and_spends_from_zero() {
        Team team = made("Search");
        Key old = key("", "").key();
        budget(old.id(), 100);
        assertThat(reserve("t1", old, 60)).isEqualTo(new ReserveOutcome.Reserved(60));

        Key moved = keys.move(by(ACCOUNT), old.id(), team.id()).orThrow();

        assertThat(refused("t2", moved, 101)).isEqualTo(new Spender(Owner.KEY, moved.id(), ""));
        assertThat(reserve("t3", moved, 100)).isEqualTo(new ReserveOutcome.Reserved(100));
        Extend more = new Extend("t1", 50, 50, () -> SpendLimits.NONE, () -> true, store.now());
        assertThat(store.decide(more)).as("a running call").isEqualTo(new Extend.WindowExhausted(SpendWindow.MONTH));
        store.settle("t1", 60);
        store.settle("t3", 70);
        LedgerChecks.assertCoherent(store);
        List<String> found = new ArrayList<>();
        new Audit(store.database).run(found::add, (subject, rows) -> {});
        assertThat(found.stream().filter(line -> line.contains("budget"))).isEmpty();
    }

    @Test
    void a_refusal_names_a_renamed_team_at_once() {
        Team team = made("Search");
        Key key = key("", team.id()).key();
        budget(team.id(), 100);
        assertThat(refused("t1", key, 101)).isEqualTo(new Spender(Owner.TEAM, team.id(), "Search"));

        done(teams.change(OWNER, team.id(), "Find", null));

        assertThat(refused("t2", key, 101)).isEqualTo(new Spender(Owner.TEAM, team.id(), "Find"));
        assertThat(reserve("t3", key, 100)).isEqualTo(new ReserveOutcome.Reserved(100));
    }

    private List<String> log() {
        return new AccountLog(store.database)
                .page(ACCOUNT, Long.MAX_VALUE, 50).reversed().stream()
                        .map(line -> line.action() + " " + line.beforeJson() + " " + line.afterJson())
                        .toList();
    }

    @Test
    void the_accounts_log_has_each_change_of_a_team() {
        member("ann");
        String id = made("Search").id();
        teams.change(OWNER, id, "Find", null);
        teams.change(OWNER, id, "Find", null);
        teams.put(OWNER, id, "mem_ann", false);
        teams.put(OWNER, id, "mem_ann", true);
        teams.put(OWNER, id, "mem_ann", true);
        teams.remove(OWNER, id, "mem_ann", Map.of());
        teams.archive(OWNER, id);

        assertThat(log())
                .containsExactly(
                        "team.create null {\"name\":\"Search\"}",
                        "team.rename {\"name\":\"Search\"} {\"name\":\"Find\"}",
                        "team.member null {\"member\":\"mem_ann\",\"role\":\"member\"}",
                        "team.member {\"member\":\"mem_ann\",\"role\":\"member\"} {\"member\":\"mem_ann\",\"role\":\"admin\"}",
                        "team.leave {\"member\":\"mem_ann\",\"role\":\"admin\"} null",
                        "team.archive {\"name\":\"Find\"} null");
    }

    @Test
    void a_paused_teams_key_makes_no_hold_and_grows_none() {
        Team team = made("Search");
        String inside = key("", team.id()).key().id();
        String moved = key("", "").key().id();
        assertThat(state(inside)).isEqualTo(KeyState.Outcome.USABLE);

        teams.change(OWNER, team.id(), null, true).orThrow();

        assertThat(state(inside)).isEqualTo(KeyState.Outcome.TEAM_PAUSED);
        assertThat(store.decide(KeyState.ofRunningCall(inside, store.now()))).isEqualTo(KeyState.Outcome.TEAM_PAUSED);
        assertThat(state(key("", team.id()).key().id())).isEqualTo(KeyState.Outcome.TEAM_PAUSED);
        assertThat(state(moved)).isEqualTo(KeyState.Outcome.USABLE);
        String in = keys.move(by(ACCOUNT), moved, team.id()).orThrow().id();
        assertThat(state(in)).isEqualTo(KeyState.Outcome.TEAM_PAUSED);
        String out = keys.move(by(ACCOUNT), in, "").orThrow().id();
        assertThat(state(out)).isEqualTo(KeyState.Outcome.USABLE);
        store.commit(KeyEdit.disable(inside, true));
        teams.change(OWNER, team.id(), null, false).orThrow();
        assertThat(state(inside)).isEqualTo(KeyState.Outcome.DISABLED);
        assertThat(teams.change(STRANGER, team.id(), null, true)).isEqualTo(Teams.NO_TEAM);
    }

    private KeyState.Outcome state(String key) {
        return store.decide(new KeyState(key, store.now()));
    }

    @Test
    void a_teams_admin_who_is_none_any_more_changes_nothing() {
        member("ann");
        member("bob");
        Team team = made("Search");
        teams.put(OWNER, team.id(), "mem_ann", true);
        Acting ann = by(ACCOUNT, new Membership("mem_ann", MemberRole.MEMBER, Set.of(team.id()), true));
        assertThat(teams.put(ann, team.id(), "mem_bob", false)).isInstanceOf(Outcome.Done.class);
        teams.put(OWNER, team.id(), "mem_ann", false);
        KeyResult.Made bobs = key("mem_bob", team.id());

        assertThatThrownBy(() -> teams.remove(ann, team.id(), "mem_bob", Map.of()))
                .hasRootCauseInstanceOf(RightLost.class);

        assertThat(fellows(team)).extracting(Team.Fellow::memberId).contains("mem_bob");
        assertThat(found(bobs)).isInstanceOf(Authentication.Found.class);
    }

    @Test
    void a_key_of_who_leaves_a_team_moves_and_stays_marked_until_rotated() {
        member("ann");
        Team team = made("Search");
        Team other = made("Ads");
        teams.put(OWNER, team.id(), "mem_ann", false);
        KeyResult.Made kept = key("mem_ann", team.id());
        KeyResult.Made deleted = key("mem_ann", team.id());
        String id = kept.key().id();
        assertThat(teams.remove(OWNER, team.id(), "mem_ann", Map.of(id, "team_none")))
                .isEqualTo(Teams.NO_ROOM);
        assertThat(teams.remove(OWNER, other.id(), "mem_ann", Map.of())).isEqualTo(Teams.NO_MEMBER);
        assertThat(found(deleted)).isInstanceOf(Authentication.Found.class);

        teams.remove(OWNER, team.id(), "mem_ann", Map.of(id, other.id()));

        assertThat(found(deleted)).isInstanceOf(Authentication.Deleted.class);
        Key moved = ((Authentication.Found) found(kept)).key();
        assertThat(moved.owner()).isEqualTo(new KeyOwner("", other.id(), id));
        assertThat(store.keys.marked(ACCOUNT)).isEqualTo(Map.of(moved.id(), "per_ann"));
        keys.rotate(by(ACCOUNT), moved.id(), null, Duration.ZERO);
        assertThat(store.keys.marked(ACCOUNT)).isEmpty();
    }
}
