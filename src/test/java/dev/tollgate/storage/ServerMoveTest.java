package dev.tollgate.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.audit.Audit;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.ledger.Balance;
import dev.tollgate.ledger.ExpireOpen;
import dev.tollgate.ledger.Reserve;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.StoreFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class ServerMoveTest {

    private static final ServerMove.Step NOTHING_ELSE = to -> "nothing else";

    @TempDir
    Path folder;

    private static void fill(StoreFixture store) {
        store.account("acc_1", 1_000_000);
        store.account("acc_2", 5);
        store.key("key_1", "acc_1", KeySettings.named("ä \" \\ 'key"));
        for (int i = 0; i < 1_500; i++) {
            admit(store, "t" + i, 10);
        }
        admit(store, "open", 700);
    }

    private static void admit(StoreFixture store, String id, long micros) {
        Reserve reserve = store.reserveChange(id, "acc_1", micros, micros);
        store.commit(reserve);
    }

    @Test
    void a_moved_installation_has_the_same_books_and_goes_on() {
        String url = Postgres.migrated();
        List<String> before;
        try (StoreFixture store = new StoreFixture(folder)) {
            fill(store);
            before = facts(store);
        }
        assertThat(ServerMove.run(folder, url, NOTHING_ELSE))
                .contains(
                        "account: 2 rows, balance_micros 0.984305, reserved_micros 0.015700, purchased_micros 1.000005,"
                                + " consumed_micros 0.000000")
                .anyMatch(line -> line.startsWith("open_hold: 1501 rows, held_micros 0.015700"));
        try (StoreFixture moved = StoreFixture.shared(url)) {
            assertThat(facts(moved)).isEqualTo(before);
            assertThat(differences(moved.database)).isEmpty();
            moved.settle("open", 300);
            moved.decide(new ExpireOpen(moved.now()));
            moved.decide(new ExpireOpen(moved.now()));
            assertThat(moved.balance("acc_1")).isEqualTo(new Balance(999_700, 0, 1_000_000, 300));
            LedgerChecks.assertCoherent(moved);
        }
    }

    @Test
    void a_target_that_holds_something_is_left_alone() {
        String url = Postgres.migrated();
        try (StoreFixture store = new StoreFixture(folder)) {
            fill(store);
        }
        Postgres.execute(url, "INSERT INTO account (id, name, created_at) VALUES ('acc_there', 'there', 1)");
        assertThatThrownBy(() -> ServerMove.run(folder, url, NOTHING_ELSE))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("account of the target is not empty");
        try (StoreFixture target = StoreFixture.shared(url)) {
            assertThat(target.number("SELECT COUNT(*) FROM account")).isEqualTo(1);
            assertThat(target.number("SELECT COUNT(*) FROM api_key")).isZero();
        }
    }

    @Test
    void what_cannot_be_copied_whole_is_not_copied_at_all() {
        String url = Postgres.migrated();
        try (StoreFixture store = new StoreFixture(folder)) {
            fill(store);
        }
        Postgres.execute(url, "ALTER TABLE open_hold ADD CONSTRAINT picky CHECK (held_micros <> 700)");
        assertThatThrownBy(() -> ServerMove.run(folder, url, NOTHING_ELSE)).isInstanceOf(StoreUnavailable.class);
        try (StoreFixture target = StoreFixture.shared(url)) {
            assertThat(target.number("SELECT COUNT(*) FROM account")).isZero();
        }
    }

    @Test
    void a_copy_that_holds_something_else_is_noticed_and_undone() {
        String url = Postgres.migrated();
        try (StoreFixture store = new StoreFixture(folder)) {
            fill(store);
        }
        Postgres.execute(
                url,
                "CREATE FUNCTION shave() RETURNS trigger LANGUAGE plpgsql AS"
                        + " $$ BEGIN NEW.created_at := NEW.created_at + 1; RETURN NEW; END $$");
        Postgres.execute(url, "CREATE TRIGGER shave BEFORE INSERT ON account FOR EACH ROW EXECUTE FUNCTION shave()");
        assertThatThrownBy(() -> ServerMove.run(folder, url, NOTHING_ELSE))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("table account does not hold what the original holds");
    }

    @Test
    void a_folder_in_use_or_without_a_database_is_refused() {
        assertThatThrownBy(() -> ServerMove.run(folder, "jdbc:postgresql://127.0.0.1:1/x", NOTHING_ELSE))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("no database");
        try (StoreFixture running = new StoreFixture(folder)) {
            running.account("acc_1", 1);
            assertThatThrownBy(() -> ServerMove.run(folder, "jdbc:postgresql://127.0.0.1:1/x", NOTHING_ELSE))
                    .isInstanceOf(CannotOpen.class)
                    .hasMessageContaining("Another Tollgate");
        }
    }

    @Test
    void a_backup_of_a_server_is_an_embedded_database_that_passes_the_audit() throws Exception {
        List<String> before;
        Path file = folder.resolve("backup.db");
        String url = Postgres.migrated();
        try (StoreFixture store = StoreFixture.shared(url)) {
            fill(store);
            Postgres.execute(
                    url,
                    "INSERT INTO kept_answer (key_id, name_hash, body_hash, task_id, account_id, created_at, state, settled_at,"
                            + " bytes, hash, sealed_copy) VALUES ('key_1', 'n', 'b', 't1', 'acc_1', 1, 'kept', 2, 3, 'h', '\\x00ff7f')");
            before = facts(store);
            store.database.backupTo(file);
        }
        assertThat(Files.list(folder)).containsExactly(file);
        Path restored = Files.createDirectory(folder.resolve("data"));
        Files.move(file, restored.resolve("tollgate.db"));
        try (StoreFixture store = new StoreFixture(restored)) {
            assertThat(facts(store)).isEqualTo(before);
            assertThat(store.number("SELECT COUNT(*) FROM kept_answer WHERE sealed_copy = x'00ff7f'"))
                    .isEqualTo(1);
            assertThat(differences(store.database)).isEmpty();
        }
    }

    private static List<String> facts(StoreFixture store) {
        return List.of(
                store.ledger.accounts(null, 10).toString(),
                store.keys.list(null, null, 10).toString(),
                store.ledger.entries("acc_1", 0, 1_000).toString(),
                store.ledger.reservation("open").toString());
    }

    private static List<String> differences(Database database) {
        List<String> differences = new ArrayList<>();
        new Audit(database).run(differences::add, (subject, rows) -> {});
        return differences;
    }
}
