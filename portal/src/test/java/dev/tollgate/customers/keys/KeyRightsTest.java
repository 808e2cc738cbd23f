package dev.tollgate.customers.keys;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.customers.keys.CustomerKeys.NewKey;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.RightLost;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeyLock;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The rights of members and keys with keys of each owner, and what the organization's log keeps of it. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class KeyRightsTest {

    private static final String ACCOUNT = "acc_1";
    private static final KeySettings NAMED = KeySettings.named("k");

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private CustomersFixture store;
    private CustomerKeys keys;

    @BeforeEach
    void open() {
        store = stores.open(folder, CustomersFixture::new);
        store.account(ACCOUNT, 1_000);
        store.execute("INSERT INTO team (id, account_id, name, created_at) VALUES ('team_1', 'acc_1', 'Search', 1)");
        for (String member : List.of("owner", "admin", "billing", "viewer", "member", "lead")) {
            member(member);
        }
        store.execute("INSERT INTO team_member (team_id, member_id, role) VALUES ('team_1', 'mem_lead', 'admin'),"
                + " ('team_1', 'mem_member', 'member')");
        keys = new CustomerKeys(
                store.keys,
                store.writer,
                new Allowances(store.database, CustomersFixture.SECRETS, store::now),
                store::now,
                new SecureRandom());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void member(String name) {
        store.execute("INSERT INTO person (id, account_id, login, name, role, password_hash, created_at) VALUES ('per_"
                + name + "', 'acc_1', '" + name + "@example.org', '" + name + "', 'user', '', 1)");
        store.execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_" + name
                + "', 'acc_1', 'per_" + name + "', '" + role(name).text() + "', 1)");
    }

    private static MemberRole role(String name) {
        return name.equals("lead") ? MemberRole.MEMBER : MemberRole.parse(name);
    }

    private static Acting as(String name) {
        Set<String> administers = name.equals("lead") ? Set.of("team_1") : Set.of();
        return new Acting(
                ACCOUNT, "per_" + name, "192.0.2.7", new Membership("mem_" + name, role(name), administers, true));
    }

    private Key made(String by, KeySettings settings, String member, String team) {
        return keys.create(as(by), new NewKey(settings, member, team), null)
                .orThrow()
                .key();
    }

    private List<String> log() {
        return new AccountLog(store.database)
                .page(ACCOUNT, Long.MAX_VALUE, 50).stream()
                        .map(line -> line.actor() + " " + line.action() + " " + line.subject() + " " + line.beforeJson()
                                + " " + line.afterJson())
                        .toList()
                        .reversed();
    }

    private static List<String> names() {
        return List.of("owner", "admin", "billing", "viewer", "member", "lead");
    }

    /** Returns who may do it. */
    private static List<String> allowed(Function<String, Outcome<?>> deed) {
        List<String> allowed = new ArrayList<>();
        for (String name : names()) {
            Outcome<?> result = deed.apply(name);
            if (!(result.equals(KeyResult.notAllowed()) || result.equals(KeyResult.notYours()))) {
                allowed.add(name);
            }
        }
        return allowed;
    }

    @Test
    void each_kind_of_key_is_created_by_the_roles_of_its_row() {
        KeySettings management = NAMED.withKind(KeyKind.MANAGEMENT);
        assertThat(allowed(name -> keys.create(as(name), NewKey.ofAccount(NAMED), null)))
                .containsExactly("owner", "admin");
        assertThat(allowed(name -> keys.create(as(name), NewKey.ofAccount(management), null)))
                .containsExactly("owner", "admin");
        assertThat(allowed(name -> keys.create(as(name), new NewKey(NAMED, "", "team_1"), null)))
                .containsExactly("owner", "admin", "lead");
        assertThat(allowed(name -> keys.create(as(name), new NewKey(NAMED, "", "team_2"), null)))
                .containsExactly("owner", "admin");
        assertThat(allowed(name -> keys.create(as(name), new NewKey(NAMED, "mem_" + name, ""), null)))
                .containsExactly("owner", "admin", "member", "lead");
        assertThat(allowed(name -> keys.create(as(name), new NewKey(NAMED, "mem_member", ""), null)))
                .containsExactly("member");
    }

    @Test
    void another_members_key_is_restricted_and_no_more() {
        String alone = made("member", NAMED, "mem_member", "").id();
        String inTeam = made("member", NAMED, "mem_member", "team_1").id();

        assertThat(allowed(name -> keys.disable(as(name), alone, true))).containsExactly("owner", "admin", "member");
        assertThat(allowed(name -> keys.disable(as(name), inTeam, true)))
                .containsExactly("owner", "admin", "member", "lead");
        assertThat(allowed(name -> keys.rotate(as(name), inTeam, null, Duration.ZERO)))
                .containsExactly("member");
        assertThat(allowed(name -> keys.move(as(name), inTeam, "team_none"))).containsExactly("owner", "admin");
        for (String name : List.of("billing", "viewer", "lead")) {
            assertThat(keys.delete(as(name), alone)).isEqualTo(KeyResult.notAllowed());
        }
        assertThat(keys.delete(as("lead"), inTeam)).isInstanceOf(Outcome.Done.class);
        assertThat(keys.delete(as("admin"), alone)).isInstanceOf(Outcome.Done.class);
    }

    @Test
    void keys_of_teams_and_of_the_account_are_changed_by_the_roles_of_their_row() {
        String service = made("lead", NAMED, "", "team_1").id();
        String account = made("admin", NAMED, "", "").id();
        String management =
                made("owner", NAMED.withKind(KeyKind.MANAGEMENT), "", "").id();
        for (String id : List.of(account, management)) {
            assertThat(allowed(name -> keys.change(as(name), id, null, its -> its.withName(name), null)))
                    .containsExactly("owner", "admin");
            assertThat(allowed(name -> keys.rotate(as(name), id, null, Duration.ZERO)))
                    .containsExactly("owner", "admin");
        }
        assertThat(allowed(name -> keys.change(as(name), service, null, its -> its.withName(name), null)))
                .containsExactly("owner", "admin", "lead");
        assertThat(allowed(name -> keys.rotate(as(name), service, null, Duration.ZERO)))
                .containsExactly("owner", "admin", "lead");
    }

    @Test
    void each_change_of_a_key_is_a_row_of_the_organizations_log() {
        Key key = made("member", NAMED.withSpend(new SpendLimits(null, 20_000_000L, null)), "mem_member", "");
        keys.change(as("member"), key.id(), null, its -> its.withName("new"), null);
        keys.change(as("member"), key.id(), null, its -> its, null);
        keys.disable(as("admin"), key.id(), true);
        keys.disable(as("admin"), key.id(), true);
        keys.disable(as("admin"), key.id(), false);
        String rotated = keys.rotate(as("member"), key.id(), null, Duration.ZERO)
                .orThrow()
                .key()
                .prefix();
        String next = keys.move(as("owner"), key.id(), "team_1").orThrow().id();
        keys.delete(as("lead"), next);

        List<String> log = log();

        assertThat(log.getFirst())
                .startsWith("per_member key.create " + key.id() + " null ")
                .contains("\"member\":\"mem_member\"", "\"day\":20")
                .doesNotContain("created_at");
        assertThat(log.subList(1, 6))
                .containsExactly(
                        "per_member key.change " + key.id() + " {\"name\":\"k\"} {\"name\":\"new\"}",
                        "per_admin key.disable " + key.id() + " {\"disabled\":false}"
                                + " {\"disabled\":true,\"locked\":[\"disabled\"]}",
                        "per_admin key.enable " + key.id() + " {\"disabled\":true,\"locked\":[\"disabled\"]}"
                                + " {\"disabled\":false}",
                        "per_member key.rotate " + key.id() + " {\"prefix\":\"" + key.prefix() + "\"} {\"prefix\":\""
                                + rotated + "\"}",
                        "per_owner key.move " + key.id() + " {\"id\":\"" + key.id()
                                + "\",\"member\":\"mem_member\"} {\"id\":\"" + next + "\",\"team\":\"team_1\"}");
        assertThat(log.get(6))
                .startsWith("per_lead key.delete " + next + " {\"id\":\"" + next)
                .endsWith(" null");
        assertThat(log).hasSize(7);
    }

    @Test
    void its_member_cannot_undo_what_others_have_restricted() {
        Key key = made("member", NAMED.withSpend(new SpendLimits(1L, 2L, null)), "mem_member", "");
        SpendLimits lower = new SpendLimits(1L, 1L, null);
        keys.change(as("admin"), key.id(), null, its -> its.withName("mine").withSpend(lower), null);
        keys.disable(as("admin"), key.id(), true);

        assertThat(keys.disable(as("member"), key.id(), false)).isEqualTo(KeyResult.notAllowed());
        keys.change(
                as("member"),
                key.id(),
                null,
                its -> its.withName("n").withSpend(SpendLimits.NONE).withModels(List.of("m")),
                false);

        Key kept = keys.find(ACCOUNT, key.id()).orElseThrow();
        assertThat(kept.disabled()).isTrue();
        assertThat(kept.settings().spend()).isEqualTo(lower);
        assertThat(kept.settings().name()).isEqualTo("n");
        assertThat(kept.settings().models()).containsExactly("m");
        assertThat(kept.locks()).containsExactlyInAnyOrder(KeyLock.DISABLED, KeyLock.SPEND);
        store = store.reopened();
        assertThat(store.keys.byId(key.id())).contains(kept);
    }

    @Test
    void a_lock_ends_when_its_limit_is_removed() {
        Key key = made("member", NAMED, "mem_member", "team_1");
        keys.disable(as("lead"), key.id(), true);
        keys.change(as("lead"), key.id(), null, its -> its.withSpend(new SpendLimits(1L, null, null)), null);
        keys.change(as("admin"), key.id(), null, its -> its.withSpend(SpendLimits.NONE), false);

        assertThat(keys.find(ACCOUNT, key.id()).orElseThrow().locks()).isEmpty();
        keys.disable(as("member"), key.id(), true);
        assertThat(keys.disable(as("member"), key.id(), false)).isInstanceOf(Outcome.Done.class);
    }

    @Test
    void a_change_by_a_role_that_was_lost_is_not_made() {
        String id = made("admin", NAMED, "", "").id();
        int rows = log().size();
        store.execute("UPDATE member SET role = 'member' WHERE id = 'mem_admin'");

        Stream.<Runnable>of(
                        () -> keys.create(as("admin"), NewKey.ofAccount(NAMED), null),
                        () -> keys.disable(as("admin"), id, true),
                        () -> keys.move(as("admin"), id, "team_1"),
                        () -> keys.delete(as("admin"), id))
                .forEach(deed -> assertThatThrownBy(deed::run).hasCauseInstanceOf(RightLost.class));

        assertThat(keys.list(ACCOUNT, null, 9)).hasSize(1);
        assertThat(keys.find(ACCOUNT, id).orElseThrow().disabled()).isFalse();
        assertThat(log()).hasSize(rows);
    }
}
