package dev.tollgate.verification;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.books.ledger.Lapse;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.books.plans.Plan.Period;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlanStep.Kind;
import dev.tollgate.books.plans.PlanSweep;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.Database;
import dev.tollgate.testing.AlteredBooks;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.PlanBooks;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Somebody alters one row of plans, or what grants, terms and the audit log say of them: the check finds it, or the manual says that it cannot. */
@BesideOthers
class AlteredPlansTest {

    private static final Instant BEGIN = Instant.parse("2027-01-31T10:00:00Z");

    static final List<String> ALTERED = List.of(
            "UPDATE plan_version SET body = REPLACE(body, '900', '90') WHERE plan = 'pro'",
            "UPDATE plan_version SET body = REPLACE(body, 'month', 'week') WHERE plan = 'pro'",
            "UPDATE plan_version SET body = REPLACE(body, '1000000', '2000000') WHERE plan = 'pro'",
            "UPDATE plan_version SET body = REPLACE(body, '\"gold\"', 'null') WHERE plan = 'pro'",
            "UPDATE plan_version SET body = REPLACE(body, 'gemini-4-*', 'gemini-3-*') WHERE plan = 'pro'",
            "UPDATE plan_version SET body = REPLACE(body, '5:20', '5:21') WHERE plan = 'pro'",
            "UPDATE plan_version SET body = REPLACE(body, 'Pro', 'Max') WHERE plan = 'pro'",
            "UPDATE plan_version SET body = '{}' WHERE plan = 'pro'",
            "UPDATE plan_version SET closed_at = 1900000000000 WHERE plan = 'pro'",
            "UPDATE plan_version SET closed_at = NULL WHERE plan = 'short'",
            "UPDATE plan_version SET closed_at = closed_at + 1 WHERE plan = 'short'",
            "UPDATE plan_version SET created_at = created_at + 1 WHERE plan = 'pro'",
            "UPDATE plan_version SET number = 2 WHERE plan = 'pro'",
            "UPDATE plan_version SET sequence = 7 WHERE plan = 'pro'",
            "UPDATE plan_version SET plan = 'max' WHERE plan = 'pro'",
            "DELETE FROM plan_version WHERE plan = 'pro'",
            "UPDATE subscription SET plan = 'short' WHERE account_id = 'acc_1'",
            "UPDATE subscription SET anchor = anchor + 1 WHERE account_id = 'acc_1'",
            "UPDATE subscription SET anchor = anchor - 86400000 WHERE account_id = 'acc_1'",
            "UPDATE subscription SET periods = periods + 1 WHERE account_id = 'acc_1'",
            "UPDATE subscription SET period = 3 WHERE account_id = 'acc_1'",
            "UPDATE subscription SET period = 1 WHERE account_id = 'acc_1'",
            "UPDATE subscription SET starts_at = starts_at - 1 WHERE account_id = 'acc_1'",
            "UPDATE subscription SET ends_at = ends_at + 86400000 WHERE account_id = 'acc_1'",
            "UPDATE subscription SET grant_number = 1 WHERE account_id = 'acc_1'",
            "UPDATE subscription SET cancelled_at = 1801000000000 WHERE account_id = 'acc_1'",
            "UPDATE subscription SET ended_at = ends_at, ended_by = 'finished' WHERE account_id = 'acc_1'",
            "UPDATE subscription SET ended_at = anchor + 1, ended_by = 'operator' WHERE account_id = 'acc_1'",
            "UPDATE subscription SET number = 2 WHERE account_id = 'acc_1'",
            "UPDATE subscription SET account_id = 'acc_3' WHERE account_id = 'acc_1'",
            "DELETE FROM subscription WHERE account_id = 'acc_1'",
            "UPDATE subscription SET ended_at = NULL, ended_by = NULL WHERE account_id = 'acc_2' AND number = 1",
            "UPDATE subscription SET ended_at = ended_at + 1 WHERE account_id = 'acc_2' AND number = 1",
            "UPDATE subscription SET ended_by = 'closed' WHERE account_id = 'acc_2' AND number = 1",
            "UPDATE subscription SET ended_by = 'finished' WHERE account_id = 'acc_2' AND number = 2",
            "UPDATE subscription SET ended_by = 'operator' WHERE account_id = 'acc_2' AND number = 2",
            "UPDATE subscription SET anchor = anchor - 86400000, starts_at = starts_at - 86400000, ends_at = ends_at - 86400000"
                    + " WHERE account_id = 'acc_2' AND number = 2",
            "INSERT INTO subscription (account_id, number, plan, version, anchor, periods, period, starts_at, ends_at, grant_number)"
                    + " SELECT 'acc_3', 1, plan, version, anchor, periods, period, starts_at, ends_at, grant_number FROM subscription"
                    + " WHERE account_id = 'acc_1'",
            "UPDATE credit_grant SET kind = 'gift' WHERE account_id = 'acc_1' AND number = 2",
            "UPDATE credit_grant SET expires_at = expires_at + 86400000 WHERE account_id = 'acc_1' AND number = 2",
            "UPDATE credit_grant SET expires_at = expires_at - 86400000 WHERE account_id = 'acc_1' AND number = 2",
            "UPDATE credit_grant SET expires_at = NULL WHERE account_id = 'acc_1' AND number = 2",
            "UPDATE credit_grant SET starts_at = starts_at - 86400000 WHERE account_id = 'acc_1' AND number = 2",
            "UPDATE credit_grant SET models = '' WHERE account_id = 'acc_1' AND number = 2",
            "UPDATE credit_grant SET limits = '5:21', used = '' WHERE account_id = 'acc_1' AND number = 2",
            "UPDATE entry SET origin_id = '1.3' WHERE request_id = 'plan-1-2-1' AND account_id = 'acc_1'",
            "UPDATE entry SET origin_id = '2.2' WHERE request_id = 'plan-1-2-1' AND account_id = 'acc_1'",
            "UPDATE entry SET origin = 'gift', origin_id = NULL WHERE request_id = 'plan-1-2-1' AND account_id = 'acc_1'",
            "UPDATE entry SET request_id = 'plan-1-3-1' WHERE request_id = 'plan-1-2-1' AND account_id = 'acc_1'",
            "UPDATE entry SET request_id = 'plan-1-2-2' WHERE request_id = 'plan-1-2-1' AND account_id = 'acc_1'",
            "UPDATE entry SET request_id = 'plan-2-2-1' WHERE request_id = 'plan-1-2-1' AND account_id = 'acc_1'",
            "UPDATE entry SET request_id = 'gift' WHERE request_id = 'plan-1-2-1' AND account_id = 'acc_1'",
            "UPDATE account_terms SET plan_until = plan_until + 86400000 WHERE account_id = 'acc_1'",
            "UPDATE account_terms SET plan_group = 'silver' WHERE account_id = 'acc_1'",
            "UPDATE account_terms SET plan_group = NULL, plan_until = NULL WHERE account_id = 'acc_1'",
            "DELETE FROM account_terms WHERE account_id = 'acc_2' AND plan_group IS NULL",
            "UPDATE audit_log SET after_json = REPLACE(after_json, '\"periods\":3', '\"periods\":4') WHERE action = 'plan.assign'",
            "UPDATE audit_log SET after_json = REPLACE(after_json, '900', '901') WHERE action = 'plan.set'",
            "UPDATE audit_log SET action = 'account.grant' WHERE action = 'plan.assign' AND subject = 'acc_1'",
            "UPDATE audit_log SET action = 'account.grant' WHERE action = 'plan.end'",
            "UPDATE audit_log SET action = 'account.grant' WHERE action = 'plan.close'",
            "UPDATE audit_log SET subject = 'acc_3' WHERE action = 'plan.end'",
            "UPDATE plan_step SET periods = 1 WHERE account_id = 'acc_4' AND number = 2",
            "UPDATE plan_step SET kind = 'now' WHERE account_id = 'acc_4' AND number = 2",
            "UPDATE plan_step SET at = at + 3600000 WHERE account_id = 'acc_4' AND number = 2",
            "UPDATE plan_step SET at = at + 1 WHERE account_id = 'acc_4' AND number = 1",
            "UPDATE plan_step SET number = 3 WHERE account_id = 'acc_4' AND number = 2",
            "UPDATE plan_step SET subscription = 2 WHERE account_id = 'acc_4' AND number = 2",
            "UPDATE plan_step SET account_id = 'acc_3' WHERE account_id = 'acc_1'",
            "DELETE FROM plan_step WHERE account_id = 'acc_4' AND number = 2",
            "INSERT INTO plan_step (account_id, number, at, subscription, kind, periods) VALUES ('acc_1', 2, 1801400000000, 1, 'after', 1)",
            "UPDATE plan_step SET at = at + 1 WHERE kind = 'end'",
            "DELETE FROM plan_step WHERE kind = 'end'",
            "UPDATE subscription SET periods = 2 WHERE account_id = 'acc_4'",
            "UPDATE audit_log SET after_json = REPLACE(after_json, '\"when\":\"after\"', '\"when\":\"now\"')",
            "UPDATE audit_log SET after_json = REPLACE(after_json, '\"periods\":2,\"when\":\"after\"', '\"periods\":1,\"when\":\"after\"')",
            "UPDATE audit_log SET after_json = REPLACE(after_json, '2027-02-28', '2027-03-28') WHERE subject = 'acc_4'",
            "UPDATE audit_log SET action = 'account.grant' WHERE subject = 'acc_4' AND after_json LIKE '%after%'",
            "UPDATE plan_step SET kind = 'after' WHERE account_id = 'acc_5' AND number = 2",
            "UPDATE subscription SET ended_by = 'operator' WHERE account_id = 'acc_5' AND number = 1",
            "UPDATE subscription SET ended_by = 'finished' WHERE account_id = 'acc_5' AND number = 1",
            "UPDATE subscription SET ended_at = ended_at - 1 WHERE account_id = 'acc_5' AND number = 1",
            "UPDATE subscription SET cancelled_at = ended_at WHERE account_id = 'acc_5' AND number = 1",
            "UPDATE subscription SET period = 2 WHERE account_id = 'acc_5' AND number = 1",
            "UPDATE credit_grant SET starts_at = starts_at - 86400000 WHERE account_id = 'acc_5' AND number = 2",
            "UPDATE credit_grant SET expires_at = expires_at - 86400000 WHERE account_id = 'acc_5' AND number = 3",
            "UPDATE entry SET origin_id = '1.4' WHERE account_id = 'acc_5' AND origin_id = '1.3'",
            "UPDATE entry SET origin_id = '2.2' WHERE account_id = 'acc_5' AND origin_id = '1.3'",
            "UPDATE account_terms SET plan_until = plan_until + 86400000 WHERE account_id = 'acc_5'");

    /** Alterations that docs/trouble.md names as unnoticed. */
    static final List<String> UNSEEN = List.of(
            "UPDATE subscription SET cancelled_at = ends_at - 1 WHERE account_id = 'acc_1'",
            "UPDATE plan_step SET request_id = 'other' WHERE account_id = 'acc_1'",
            "UPDATE plan_step SET at = at + 1000 WHERE account_id = 'acc_4' AND number = 2",
            "UPDATE credit_grant SET expires_at = expires_at - 1 WHERE account_id = 'acc_2' AND number = 1");

    @TempDir
    static Path folder;

    private static final Map<Stores, AlteredBooks> BOOKS = new EnumMap<>(Stores.class);

    @BeforeAll
    static void make() {
        for (Stores stores : Stores.values()) {
            BOOKS.put(
                    stores, AlteredBooks.of(stores, folder, AlteredPlansTest::history, AlteredPlansTest::differences));
        }
    }

    @AfterAll
    static void forget() {
        BOOKS.values().forEach(AlteredBooks::close);
    }

    private static List<String> differences(Database reading) {
        List<String> found = new ArrayList<>();
        new Audit(reading).run(found::add, found::add, (subject, rows) -> {});
        return found;
    }

    /**
     * Account 1 is in the second of three months of plan pro. That of account 2 was ended, then it had plan short for a day, and cancelled it. Account 4 had one
     * month of pro and got two more, account 5 had three and restarted.
     */
    private static void history(Supplier<Database> opener) {
        try (BooksFixture store = new BooksFixture(opener)) {
            store.setNow(BEGIN);
            store.account("acc_1", 1_000);
            store.account("acc_2", 1_000);
            store.account("acc_3", 1_000);
            store.account("acc_4", 1_000);
            store.account("acc_5", 1_000);
            PlanBooks plans = new PlanBooks(store);
            plans.group("gold");
            plans.group("silver");
            Version pro = plans.set(
                    "pro",
                    new Plan(
                            "Pro",
                            900,
                            Period.MONTH,
                            1_000_000,
                            ModelPatterns.of("gemini-4-*"),
                            "gold",
                            GrantLimits.of("5:20")));
            Version daily = plans.set(
                    "short", new Plan("Short", 0, Period.DAY, 500, ModelPatterns.EVERY, null, GrantLimits.NONE));
            plans.assign("acc_1", pro, 3);
            plans.assign("acc_2", pro, 3);
            plans.assign("acc_4", pro, 1);
            plans.assign("acc_5", pro, 3);
            store.advance(Duration.ofHours(1));
            plans.end("acc_2");
            plans.assign("acc_4", pro, 2, Kind.AFTER);
            store.advance(Duration.ofHours(1));
            plans.assign("acc_5", pro, 2, Kind.NOW);
            plans.assign("acc_2", daily, 2);
            plans.commit(store.plans.cancel(plans.last("acc_2"), true, store.now()));
            store.advance(Duration.ofHours(1));
            plans.close("short");
            store.setNow(Instant.parse("2027-02-28T10:00:01Z"));
            new PlanSweep(store.plans, store.writer, () -> false, store::now).sweep();
            new Lapse(store.database, store.writer, store::now).sweep();
            assertThat(plans.last("acc_1").period()).isEqualTo(2);
        }
    }

    static Stream<Arguments> altered() {
        return AlteredBooks.onBoth(ALTERED);
    }

    static Stream<Arguments> unseen() {
        return AlteredBooks.onBoth(UNSEEN);
    }

    @ParameterizedTest
    @EnumSource
    void unaltered_plans_add_up(Stores stores) {
        assertThat(BOOKS.get(stores).atFirst()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("altered")
    void one_altered_row_of_plans_is_found(Stores stores, String alteration) throws SQLException {
        assertThat(BOOKS.get(stores).found(alteration)).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("unseen")
    void what_no_other_row_repeats_is_not_found(Stores stores, String alteration) throws SQLException {
        assertThat(BOOKS.get(stores).found(alteration)).isEmpty();
    }
}
