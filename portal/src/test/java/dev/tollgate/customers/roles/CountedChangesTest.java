package dev.tollgate.customers.roles;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.ledger.LedgerChange;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The allowance of an organization's changes, over the real databases. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class CountedChangesTest {

    private static final Acting OWNER = new Acting("acc_1", "per_1", "192.0.2.1", null);
    private static final String USED = "SELECT COALESCE(SUM(used), 0) FROM allowance";

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private CustomersFixture store;
    private Teams teams;

    @BeforeEach
    void open() {
        store = stores.open(folder, CustomersFixture::new);
        store.account("acc_1", 0);
        store.account("acc_2", 0);
        teams = new Teams(store.database, store.keys, store.counted(), store::now, new SecureRandom());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Outcome<Team> create(String name) {
        return teams.create(OWNER, name);
    }

    private String made(String name) {
        return create(name).orThrow().id();
    }

    private long used() {
        return store.number(USED);
    }

    /** Uses up all but some of the changes of a day. */
    private void leave(int changes) {
        store.execute("UPDATE allowance SET used = " + (CountedChanges.DAY_MAX - changes));
    }

    private static boolean isRefused(Throwable failure) {
        return failure instanceof ApiException refused && refused.error().code() == ErrorCode.RATE_LIMIT_EXCEEDED;
    }

    @Test
    void a_used_up_allowance_refuses_changes_until_a_day_later() {
        made("first");
        leave(1);
        made("last");
        assertThatThrownBy(() -> create("over")).isInstanceOfSatisfying(ApiException.class, refused -> {
            assertThat(refused.error().code()).isEqualTo(ErrorCode.RATE_LIMIT_EXCEEDED);
            assertThat(refused.error().message()).contains("1000 changes", "1440 minutes");
        });
        assertThat(store.number("SELECT COUNT(*) FROM team")).isEqualTo(2);
        assertThat(teams.create(new Acting("acc_2", "per_2", null, null), "of another"))
                .isInstanceOf(Outcome.Done.class);
        store.advance(Duration.ofDays(1));
        made("tomorrow");
    }

    @Test
    void changes_that_race_stop_at_the_allowance() throws Exception {
        made("first");
        leave(5);
        List<Callable<Outcome<Team>>> racers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String name = "team " + i;
            racers.add(() -> create(name));
        }
        int done = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(20)) {
            for (Future<Outcome<Team>> each : threads.invokeAll(racers)) {
                if (each.state() == Future.State.SUCCESS) {
                    done++;
                } else {
                    assertThat(each.exceptionNow()).matches(CountedChangesTest::isRefused);
                }
            }
        }
        assertThat(done).isEqualTo(5);
        assertThat(store.number("SELECT COUNT(*) FROM team")).isEqualTo(6);
        assertThat(store.number("SELECT COUNT(*) FROM account_log")).isEqualTo(6);
        assertThat(used()).isEqualTo(CountedChanges.DAY_MAX);
    }

    @Test
    void the_same_value_or_a_refusal_counts_nothing() {
        String team = made("Search");
        made("Find");
        assertThat(used()).isEqualTo(2);
        assertThat(teams.change(OWNER, team, "Search", null)).isInstanceOf(Outcome.Done.class);
        assertThat(teams.change(OWNER, team, "Find", null)).isEqualTo(Teams.NAME_TAKEN);
        assertThat(create("Find")).isEqualTo(Teams.NAME_TAKEN);
        assertThat(used()).isEqualTo(2);
        assertThat(store.number("SELECT COUNT(*) FROM account_log")).isEqualTo(2);
    }

    @Test
    void a_person_can_be_removed_when_the_allowance_is_used_up() {
        store.execute("INSERT INTO person (id, account_id, login, name, role, password_hash, created_at)"
                + " VALUES ('per_mia', 'acc_1', 'mia@example.org', 'mia', 'user', '', 1)");
        store.execute("INSERT INTO member (id, account_id, person_id, role, created_at)"
                + " VALUES ('mem_mia', 'acc_1', 'per_mia', 'member', 1)");
        String team = made("Search");
        teams.put(OWNER, team, "mem_mia", false);
        leave(0);
        assertThat(teams.remove(OWNER, team, "mem_mia", Map.of())).isInstanceOf(Outcome.Done.class);
        assertThat(used()).isEqualTo(CountedChanges.DAY_MAX);
    }

    @Test
    void the_operators_changes_do_not_count() {
        made("first");
        leave(0);
        Acting operator = Acting.operator("acc_1", (action, subject, changed) -> new LedgerChange.TakeAccount("acc_1"));
        assertThat(teams.create(operator, "by the operator")).isInstanceOf(Outcome.Done.class);
        assertThat(used()).isEqualTo(CountedChanges.DAY_MAX);
    }

    @Test
    void allowances_that_are_over_are_deleted() {
        made("first");
        Allowances allowances = new Allowances(store.database, CustomersFixture.SECRETS, store::now);
        allowances.use(store.writer, List.of(allowances.of("keys.made", "acc_1", 1, Duration.ofHours(1))));
        store.advance(Duration.ofHours(2));
        allowances.sweep(store.writer);
        assertThat(store.number("SELECT COUNT(*) FROM allowance")).isEqualTo(1);
        store.advance(Duration.ofDays(1));
        allowances.sweep(store.writer);
        assertThat(store.number("SELECT COUNT(*) FROM allowance")).isZero();
    }
}
