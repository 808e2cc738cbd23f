package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.books.calls.AttemptCost;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.Course;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.ReleaseAbandoned;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.books.rollups.Rollups.CountCall;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Usage;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Reading;
import dev.tollgate.verification.Audit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
@Order(17)
class ServerMoveTest {

    private static final ServerMove.Step NOTHING_ELSE = to -> "nothing else";

    @TempDir
    Path folder;

    private static void fill(KeysFixture store) {
        store.account("acc_1", 1_000_000);
        store.account("acc_2", 5);
        store.key("key_1", "acc_1", KeySettings.named("ä \" \\ 'key"));
        for (int i = 0; i < 1_500; i++) {
            admit(store, "t" + i, 10);
        }
        admit(store, "open", 700);
    }

    private static void admit(KeysFixture store, String id, long micros) {
        Reserve reserve = store.reserveChange(id, "acc_1", micros, micros);
        store.commit(reserve);
    }

    @Test
    void a_moved_installation_has_the_same_books_and_goes_on() {
        String url = Postgres.migrated();
        List<String> before;
        try (KeysFixture store = new KeysFixture(folder)) {
            fill(store);
            before = facts(store);
        }
        assertThat(ServerMove.run(folder, url, NOTHING_ELSE))
                .contains(
                        "account: 2 rows, balance_micros 0.984305, reserved_micros 0.015700, purchased_micros 1.000005,"
                                + " consumed_micros 0.000000, sandbox_micros 0.000000, granted_micros 0.000000")
                .anyMatch(line -> line.startsWith("open_hold: 1501 rows, held_micros 0.015700"));
        try (KeysFixture moved = KeysFixture.shared(url)) {
            assertThat(facts(moved)).isEqualTo(before);
            assertThat(differences(moved.database)).isEmpty();
            moved.settle("open", 300);
            moved.decide(new ReleaseAbandoned(moved.now()));
            moved.decide(new ReleaseAbandoned(moved.now()));
            assertThat(moved.balance("acc_1")).isEqualTo(new Balance(999_700, 0, 1_000_000, 300));
            LedgerChecks.assertCoherent(moved);
        }
    }

    @Test
    void a_target_that_holds_something_is_left_alone() {
        String url = Postgres.migrated();
        try (KeysFixture store = new KeysFixture(folder)) {
            fill(store);
        }
        Postgres.execute(url, "INSERT INTO account (id, name, created_at) VALUES ('acc_there', 'there', 1)");
        assertThatThrownBy(() -> ServerMove.run(folder, url, NOTHING_ELSE))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("account of the target is not empty");
        try (KeysFixture target = KeysFixture.shared(url)) {
            assertThat(target.number("SELECT COUNT(*) FROM account")).isEqualTo(1);
            assertThat(target.number("SELECT COUNT(*) FROM api_key")).isZero();
        }
    }

    @Test
    void what_cannot_be_copied_whole_is_not_copied_at_all() {
        String url = Postgres.migrated();
        try (KeysFixture store = new KeysFixture(folder)) {
            fill(store);
        }
        Postgres.execute(url, "ALTER TABLE open_hold ADD CONSTRAINT picky CHECK (held_micros <> 700)");
        assertThatThrownBy(() -> ServerMove.run(folder, url, NOTHING_ELSE)).isInstanceOf(StoreUnavailable.class);
        try (KeysFixture target = KeysFixture.shared(url)) {
            assertThat(target.number("SELECT COUNT(*) FROM account")).isZero();
        }
    }

    @Test
    void a_row_that_postgresql_cannot_take_is_named() throws SQLException {
        String url = Postgres.migrated();
        try (KeysFixture store = new KeysFixture(folder)) {
            fill(store);
        }
        try (Connection file = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("tollgate.db"));
                Statement statement = file.createStatement()) {
            statement.execute("UPDATE account SET name = 'a' || char(0) || 'b' WHERE id = 'acc_1'");
        }
        assertThatThrownBy(() -> ServerMove.run(folder, url, NOTHING_ELSE))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("table account: its column name has U+0000. The row is id = acc_1.");
        try (KeysFixture target = KeysFixture.shared(url)) {
            assertThat(target.number("SELECT COUNT(*) FROM account")).isZero();
        }
    }

    @Test
    void a_copy_that_holds_something_else_is_noticed_and_undone() {
        String url = Postgres.migrated();
        try (KeysFixture store = new KeysFixture(folder)) {
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
        try (KeysFixture running = new KeysFixture(folder)) {
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
        try (KeysFixture store = KeysFixture.shared(url)) {
            fill(store);
            settled(store);
            Postgres.execute(
                    url,
                    "INSERT INTO kept_answer (key_id, name_hash, body_hash, task_id, account_id, created_at, state, settled_at,"
                            + " bytes, hash, sealed_copy) SELECT key_id, 'n', 'b', id, account_id, 1, 'kept', ended_at, 3, 'h', '\\x00ff7f'"
                            + " FROM call WHERE id = 't1'");
            Postgres.execute(url, "INSERT INTO answer_share SELECT account_id, bytes FROM kept_answer");
            before = facts(store);
            store.database.backupTo(file);
        }
        assertThat(Files.list(folder)).containsExactly(file);
        Path restored = Files.createDirectory(folder.resolve("data"));
        Files.move(file, restored.resolve("tollgate.db"));
        try (KeysFixture store = new KeysFixture(restored)) {
            assertThat(facts(store)).isEqualTo(before);
            assertThat(store.number("SELECT COUNT(*) FROM kept_answer WHERE sealed_copy = x'00ff7f'"))
                    .isEqualTo(1);
            assertThat(differences(store.database)).isEmpty();
        }
    }

    /** Settles a call at a price of nothing, with all that goes with it. */
    private static void settled(KeysFixture store) {
        Pricing.Rounding rounding = new Pricing.Rounding(Pricing.Rounding.Form.FLOOR_TOTAL, 1, 0);
        store.price(new Pricing(Ended.PRICE, 0, 0, false, rounding));
        Course course = Ended.course("", "", List.of(new AttemptCost("", "", AttemptCost.UNKNOWN)));
        CallDetails details = Ended.charged(CallEnd.COMPLETED, null, Usage.NONE, 0, Times.NONE, course, store.now());
        Settle settle = new Settle("t1", 0, details, store.now());
        store.commit(settle, new CountCall(settle));
    }

    /** A row in each table of people, payments, mails and deeds. */
    private static final List<String> ROWS = List.of(
            "INSERT INTO allowance (name, ends_at, used) VALUES ('keys.made 00ff', 7, 3)",
            "INSERT INTO person (id, account_id, login, email, name, role, password_hash, balance_line, totp_secret, created_at)"
                    + " VALUES ('per_1', 'acc_1', 'ann@example.org', 'ann@example.org', 'Änn', 'user', 'hash', 5000000, 'sealed', 7)",
            "INSERT INTO budget (account_id, owner, kind, limit_micros, since) VALUES ('acc_1', 'account', 'month', 5, 0)",
            "INSERT INTO budget_window (account_id, owner, kind, starts_at, ends_at, charged_micros, held_micros)"
                    + " VALUES ('acc_1', 'account', 'month', 0, 9, 1, 1)",
            "INSERT INTO member_notice (account_id, number) VALUES ('acc_1', 1)",
            "INSERT INTO label (account_id, number, name, value, proof, created_day, used_day) VALUES ('acc_1', 1, 'feature', 'search', 7, 0, 86400000)",
            "INSERT INTO usage_label (account_id, day, number, model, calls) VALUES ('acc_1', 86400000, 1, 'm', 2)",
            "INSERT INTO refusal (account_id, starts_at, key_id, code, refused_by, calls) VALUES ('acc_1', 900000, 'key_1', 'invalid_request', '', 3)",
            "INSERT INTO webhook (id, account_id, url, form, secret, created_at) VALUES ('wh_1', 'acc_1', 'https://a.example', 'slack', 's', 1)",
            "INSERT INTO webhook_delivery (id, account_id, webhook_id, event, data, created_at, due_at, attempts, state)"
                    + " VALUES ('msg_1', 'acc_1', 'wh_1', 'webhook.test', '{}', 1, 1, 0, 'waiting')",
            "INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_1', 'acc_1', 'per_1', 'owner', 7)",
            "INSERT INTO account_log (account_id, number, created_at, actor, address, action, subject, after_json)"
                    + " VALUES ('acc_1', 1, 2, 'per_1', '127.0.0.1', 'member.role', 'mem_1', '{}')",
            "INSERT INTO session (hash, person_id, begun_at, seen_at, proved_at, address, agent)"
                    + " VALUES ('s', 'per_1', 1, 2, 3, '127.0.0.1', 'a browser')",
            "INSERT INTO person_link (hash, kind, person_id, email, made_at, ends_at, mailed)"
                    + " VALUES ('l', 'reset', 'per_1', 'ann@example.org', 1, 2, 1)",
            "INSERT INTO recovery_code (person_id, hash, used_at) VALUES ('per_1', 'r', NULL)",
            "INSERT INTO person_identity (issuer, subject, person_id, label, linked_at, used_at)"
                    + " VALUES ('https://id.example.org', 'süb', 'per_1', 'ann@example.org', 7, NULL)",
            "INSERT INTO answered_by (channel, sent, answered, first_at) VALUES ('far', 'up', 'other', 7)",
            "INSERT INTO announcement (number, text, begins_at, ends_at, created_at) VALUES (1, 'Änn', 5, NULL, 4)",
            "INSERT INTO told (owner, kind, subject, fact) VALUES ('per_1', 'limits', '', '5 4 balance')",
            "INSERT INTO dismissed (person_id, subject, until) VALUES ('per_1', 'models', 9)",
            "INSERT INTO outgoing_mail (id, account_id, recipient, subject, body, state, attempts, queued_at, due_at)"
                    + " VALUES ('mail_1', 'acc_1', 'ann@example.org', 'A link', 'sealed', 'waiting', 1, 2, 3)",
            "INSERT INTO payment (id, account_id, channel, created_at, net_cents, tax_cents, credit_micros, state, session_id, intent_id,"
                    + " url, ended_at, reversed_micros, missing_micros)"
                    + " VALUES ('pay_1', 'acc_1', 'stripe', 1, 2500, 475, 5000000000, 'paid', 'cs_1', 'pi_1', 'https://pay', 2, 30, 10)",
            "INSERT INTO payment_notice (id, type, fact, created_at, received_at, payment_id, intent_id, object_id, cents, outcome, replays)"
                    + " VALUES ('evt_1', 'charge.refunded', 'refunded', 1, 2, 'pay_1', 'pi_1', 'ch_1', 3, 'taken', 4)",
            "INSERT INTO billing_contact (account_id, name, address, vat_id, changed_at) VALUES ('acc_1', 'Änn Ltd', '1 Road', 'DE 1', 9)",
            "INSERT INTO invoice (payment_id, series, year, sequence, issued_at, seller_name, seller_address, seller_vat_id, buyer_name,"
                    + " buyer_address, buyer_vat_id) VALUES ('pay_1', 'T', 2026, 1, 2, 'a', 'b', 'c', 'd', 'e', 'f')",
            "INSERT INTO voucher (sequence, code_hash, amount_micros, note, created_at, account_id, redeemed_at)"
                    + " VALUES (1, 'v', 5, 'for a fair', 1, 'acc_1', 2)",
            "INSERT INTO audit_log (sequence, created_at, actor, address, action, subject, before_json, after_json, reason)"
                    + " VALUES (1, 2, 'stripe', '127.0.0.1', 'payment.refunded', 'acc_1', '{}', '{\"balance\":1}', NULL)",
            "INSERT INTO account_rates (account_id, requests, tokens, concurrency) VALUES ('acc_1', 1, NULL, 3)",
            "INSERT INTO account (id, name, created_at, blocked, deleted_at) VALUES ('acc_gone', 'deleted account', 1, 1, 2)",
            "INSERT INTO kept_response (id, account_id, previous_id, place, plain_bytes, bytes, used_at, sealed)"
                    + " VALUES ('chatcmpl-1', 'acc_1', NULL, 300, 3, 300, 2, x'00ff7f')",
            "INSERT INTO job (id, account_id, owner, origin_id, kind, state, due_at, node_id, body_hash, created_at, deadline, gone_at, sealed_bytes,"
                    + " charged_micros) VALUES ('chatcmpl-2', 'acc_1', '', 'key_1', 'response', 'open', 1, '', 'cd', 1, 2, 3, 3, 0)",
            "INSERT INTO job_line (job_id, line, state, tries, sealed) VALUES ('chatcmpl-2', 0, 'kept', 0, x'00ff7f')",
            "INSERT INTO batch (job_id, endpoint, input_id, lost, results_ms, results_until, lines, completed, failed, output_bytes, error_bytes,"
                    + " prompt_tokens, cached_tokens, completion_tokens, reasoning_tokens) VALUES ('chatcmpl-2', '/v1/embeddings', 'ab', 0, 1, 2, 3, 1, 1, 9, 9, 1, 0, 1, 0)",
            "INSERT INTO stored_file (id, account_id, owner, origin_id, purpose, about, mime_type, bytes, written, sha256, created_at, expires_at)"
                    + " VALUES ('ab', 'acc_1', '', 'key_1', 'made', x'01', 'image/png', 3, 3, 'cd', 1, 2)",
            "INSERT INTO file_piece (file_id, place, sealed) VALUES ('ab', 0, x'00ff7f')",
            "INSERT INTO team (id, account_id, name, created_at, archived_at) VALUES ('team_1', 'acc_1', 'Search', 1, NULL)",
            "INSERT INTO team_member (team_id, member_id, role) VALUES ('team_1', 'mem_1', 'admin')",
            "INSERT INTO kept_share (account_id, bytes) VALUES ('acc_1', 300)",
            "INSERT INTO started_before (mark) VALUES ('ab')",
            "INSERT INTO installation_kind (sequence, is_real, created_at) VALUES (1, 1, 2)",
            "INSERT INTO setting (name, value, changed_at) VALUES ('seller.name', 'Ä', 1)",
            "INSERT INTO price (version, kind, number, model_id, created_at, from_at, terms, proof)"
                    + " VALUES ('gemini-2.5-pro@set-1', 'set', 1, 'gemini-2.5-pro', 1, 2, '{\"input\":1}', 3)",
            "INSERT INTO price_group (sequence, name, number, created_at, from_at, body) VALUES (1, 'gold', 1, 1, 2, '{\"factor\":850,\"models\":{}}')",
            "INSERT INTO account_terms (sequence, account_id, at, own_group, plan_group, plan_until) VALUES (1, 'acc_1', 1, 'gold', 'pro', 9)",
            "INSERT INTO plan_version (sequence, plan, number, created_at, body, closed_at) VALUES (1, 'pro', 1, 1, '{}', 9)",
            "INSERT INTO subscription (account_id, number, plan, version, anchor, periods, period, starts_at, ends_at, grant_number, cancelled_at,"
                    + " ended_at, ended_by) VALUES ('acc_1', 1, 'pro', 1, 1, 3, 2, 4, 7, 1, 5, 6, 'operator')",
            "INSERT INTO plan_step (account_id, number, at, subscription, kind, periods, request_id) VALUES ('acc_1', 1, 1, 1, 'assign', 3, 'a')",
            "INSERT INTO plan_return (account_id, payment_id, at, subscription, period, step, remains) VALUES ('acc_1', 'pay_1', 5, 1, 3, 1, 2)",
            "INSERT INTO entry (account_id, number, created_at, kind, amount_micros, missing_micros, balance_after_micros, reason, request_id, task_id)"
                    + " VALUES ('acc_1', 7, 2, 'reversal', -3, -1, 9, 'a dispute', 'operator x', 'chatcmpl-2')",
            "INSERT INTO credit_grant (account_id, number, kind, credits_micros, left_micros, models, created_at, starts_at, expires_at, lapsed_micros,"
                    + " limits, used, entry_number) VALUES ('acc_1', 1, 'gift', 9, 4, 'gemini-4-*', 1, 2, 3, 2, '5:7', '1:3', 7)",
            "INSERT INTO grant_month (starts_at, account_id, number, paid_micros) VALUES (1, 'acc_1', 1, 3)",
            call(2, "chatcmpl-2"), // it ended first
            call(3, "chatcmpl-1"));

    private static String call(long number, String id) {
        return """
                INSERT INTO call (number, created_at, ended_at, held_micros, charged_micros, due_micros, sandbox_micros, balance_after_micros, prompt_tokens,
                    flags, receipts, receipt_key, receipt_hash, account_id, id, key_id, door, model_id, ending, error_message)
                VALUES (%d, 1, 2, 9, 5, 6, 1, 7, 8, 17, 4, 1, x'00ff7f', 'acc_1', '%s', 'key_1', 'chat', 'gemini-2.5-pro', 'cut', 'ä \\ "')""".formatted(number, id);
    }

    /** Without a row here: what comes with calls, which flows move. Whoever adds a table adds a row above. */
    private static final Set<String> EMPTY = Set.of(
            "answer_share",
            "commit_mark",
            "kept_answer",
            "node",
            "primary_server",
            "signature_share",
            "thought_signature",
            "usage_day",
            "usage_fold",
            "usage_hour",
            "usage_quarter");

    @Test
    void every_row_of_every_table_is_moved_and_comes_into_a_backup() throws Exception {
        String url = Postgres.migrated();
        Path file = folder.resolve("backup.db");
        Map<String, List<String>> before;
        try (KeysFixture store = new KeysFixture(folder)) {
            store.account("acc_1", 1_000_000);
            store.key("key_1", "acc_1", KeySettings.named("laptop"));
            admit(store, "open", 700);
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("tollgate.db"));
                Statement insert = connection.createStatement()) {
            for (String row : ROWS) {
                insert.execute(row);
            }
            before = everything(connection);
        }
        assertThat(before.keySet().stream().filter(table -> before.get(table).isEmpty()))
                .as("tables without a row")
                .containsExactlyInAnyOrderElementsOf(EMPTY);
        ServerMove.run(folder, url, NOTHING_ELSE);
        try (KeysFixture moved = KeysFixture.shared(url)) {
            List<String> calls =
                    moved.database.read(sql -> sql.list("SELECT id FROM call ORDER BY ctid", row -> row.getString(1)));
            assertThat(calls).as("the order of the copied calls").containsExactly("chatcmpl-1", "chatcmpl-2");
            Map<String, List<String>> after = moved.database.read(sql -> everything(Reading.connection(sql)));
            assertThat(after).isEqualTo(before);
            moved.database.backupTo(file);
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            assertThat(everything(connection)).isEqualTo(before);
        }
    }

    /** All rows, by table. */
    private static Map<String, List<String>> everything(Connection connection) throws SQLException {
        Map<String, List<String>> tables = new TreeMap<>();
        try (ResultSet name =
                connection.getMetaData().getTables(null, connection.getSchema(), "%", new String[] {"TABLE"})) {
            while (name.next()) {
                String table = name.getString("TABLE_NAME");
                if (!table.equals(Migrations.HISTORY) && !table.startsWith("sqlite_")) {
                    tables.put(table, rows(connection, table));
                }
            }
        }
        return tables;
    }

    private static List<String> rows(Connection connection, String table) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement select = connection.createStatement();
                ResultSet row = select.executeQuery("SELECT * FROM " + table)) {
            while (row.next()) {
                Map<String, String> columns = new TreeMap<>();
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    Object value = row.getObject(i);
                    columns.put(
                            row.getMetaData().getColumnName(i),
                            value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : String.valueOf(value));
                }
                rows.add(columns.toString());
            }
        }
        Collections.sort(rows);
        return rows;
    }

    private static List<String> facts(KeysFixture store) {
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
