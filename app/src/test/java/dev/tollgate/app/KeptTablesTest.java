package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.running.Sweep;
import dev.tollgate.storage.holdings.TableRule;
import dev.tollgate.storage.holdings.TableRule.Goes;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.MailBox;
import dev.tollgate.testing.Stores;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is said to go after a time goes (C38). */
@BesideOthers
class KeptTablesTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","messages":[{"role":"user","content":"hello"}]}""";
    private static final Duration THREE_YEARS = Duration.ofDays(3 * 365);

    /** A row of each table, over {@code {account}}, {@code {key}}, {@code {now}} and an end that is now. */
    private static final Map<String, String> ROWS = new TreeMap<>(
            Map.ofEntries(
                    Map.entry("allowance", "(name, ends_at, used) VALUES ('test', {now}, 1)"),
                    Map.entry(
                            "budget_window",
                            "(account_id, owner, kind, starts_at, ends_at, charged_micros, held_micros) VALUES ({account}, 'account', 'hour', {now}, {now}, 0, 0)"),
                    Map.entry(
                            "job",
                            "(id, account_id, owner, origin_id, kind, state, due_at, node_id, body_hash, created_at, deadline, ended_at, gone_at, sealed_bytes, charged_micros) VALUES ('j', {account}, '', '', 'response', 'failed', {now}, '', '', {now}, {now}, {now}, {now}, 0, 0)"),
                    Map.entry(
                            "kept_answer",
                            "(key_id, name_hash, body_hash, task_id, account_id, created_at, state, settled_at) VALUES ({key}, 'n', 'b', 't', {account}, {now}, 'dropped', {now})"),
                    Map.entry(
                            "kept_response",
                            "(id, account_id, place, plain_bytes, bytes, used_at, sealed) VALUES ('r', {account}, 1, 1, 1, {now}, '')"),
                    Map.entry(
                            "label",
                            "(account_id, number, name, value, proof, created_day, used_day) VALUES ({account}, 1, 'a', 'b', 0, {now}, {now}), ({account}, 2, 'a', 'c', 0, {now}, {now})"),
                    Map.entry(
                            "outgoing_mail",
                            "(id, recipient, subject, body, state, attempts, queued_at, due_at, ended_at) VALUES ('m', 'a@example.org', 's', '', 'sent', 1, {now}, {now}, {now})"),
                    Map.entry(
                            "person_link",
                            "(hash, kind, account_id, email, made_at, ends_at) VALUES ('h', 'invite', {account}, 'a@example.org', {now}, {now})"),
                    Map.entry(
                            "refusal",
                            "(account_id, starts_at, key_id, code, refused_by, calls) VALUES ({account}, {now}, {key}, 'c', '', 1)"),
                    Map.entry("spend_window", ""),
                    Map.entry(
                            "stored_file",
                            "(id, account_id, owner, origin_id, purpose, about, mime_type, bytes, written, sha256, created_at, expires_at) VALUES ('f', {account}, '', '', 'kept', '', 'a/b', 1, 1, '', {now}, {now})"),
                    Map.entry(
                            "thought_signature",
                            "(account_id, print, place, model, channel, is_first, used_at) VALUES ({account}, 'p', 1, 'm', 'c', 0, {now})"),
                    Map.entry("usage_label", "(account_id, day, number, model) VALUES ({account}, {now}, 1, 'm')"),
                    Map.entry(
                            "webhook_delivery",
                            "(id, account_id, webhook_id, event, data, created_at, due_at, attempts, state) VALUES ('d', {account}, 'w', 'e', '', {now}, {now}, 1, 'sent')")));

    @ParameterizedTest
    @EnumSource(Stores.class)
    void rows_that_go_after_a_time_are_gone_after_three_years(Stores stores) {
        assertThat(TableRule.all().stream()
                        .filter(rule -> rule.goes() == Goes.TIME)
                        .map(TableRule::table))
                .containsExactlyElementsOf(ROWS.keySet());
        MailBox box = new MailBox();
        try (box;
                Gateway gateway = Gateway.startOn(stores, box.settings())) {
            Customer customer = gateway.customer("500");
            gateway.post("/v1/chat/completions", CALL, customer.key());
            fill(gateway, customer);
            gateway.restartAfter(() -> gateway.setNow(Instant.now().plus(THREE_YEARS)));
            gateway.app().sweeps().forEach(Sweep::run);
            for (String table : ROWS.keySet()) {
                gateway.await(table, () -> gateway.number("SELECT COUNT(*) FROM " + table + left(table)) == 0);
            }
            assertThat(gateway.number(
                            "SELECT charged_micros FROM spend_window WHERE key_id = '" + customer.keyId() + "'"))
                    .as("all that the key has spent")
                    .isPositive();
        }
    }

    private static void fill(Gateway gateway, Customer customer) {
        long now = Instant.now().toEpochMilli();
        gateway.execute(
                "INSERT INTO webhook (id, account_id, url, form, secret, created_at, disabled_at) VALUES ('w', '"
                        + customer.account() + "', 'u', 'slack', 's', " + now + ", " + now + ")");
        gateway.execute("INSERT INTO answer_share (account_id, bytes) VALUES ('" + customer.account() + "', 0)");
        gateway.execute("UPDATE account SET budgets_version = 1 WHERE id = '" + customer.account() + "'");
        ROWS.forEach((table, row) -> {
            if (!row.isEmpty()) {
                gateway.execute("INSERT INTO " + table + " "
                        + row.replace("{account}", "'" + customer.account() + "'")
                                .replace("{key}", "'" + customer.keyId() + "'")
                                .replace("{now}", Long.toString(now)));
            }
            assertThat(gateway.number("SELECT COUNT(*) FROM " + table))
                    .as(table)
                    .isPositive();
        });
    }

    /** The last label of an account keeps its number, without its value. */
    private static String left(String table) {
        return switch (table) {
            case "label" -> " WHERE value <> ''";
            case "spend_window" -> " WHERE kind <> 'total'";
            default -> "";
        };
    }
}
