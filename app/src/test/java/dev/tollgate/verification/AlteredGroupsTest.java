package dev.tollgate.verification;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.storage.Database;
import dev.tollgate.testing.AlteredBooks;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Somebody alters one row of price groups, of their prices, of the group of an account, or of a voucher with days or models: the check finds it without the
 * receipts, or the manual says that it cannot.
 */
@BesideOthers
class AlteredGroupsTest {

    private static final Instant BEGIN = Instant.parse("2026-11-20T10:00:00Z");
    private static final Duration STEP = Duration.ofMinutes(10);
    private static final String CALL = """
        {"model":"%s","stream":false,"max_tokens":1000,"messages":[{"role":"user","content":"Tell me"}]}\
        """;
    private static final String HOUR = "3600000";

    /** The accounts are in gold, once in silver, in gold without a call, and in none. */
    static final List<String> OF_GROUPS = List.of(
            "UPDATE price_group SET body = REPLACE(body, '850', '851') WHERE name = 'gold'",
            "UPDATE price_group SET body = REPLACE(body, '900', '901') WHERE name = 'gold'",
            "UPDATE price_group SET body = REPLACE(body, 'google/*', 'google/g*') WHERE name = 'gold'",
            "UPDATE price_group SET body = REPLACE(body, '850', '0') WHERE name = 'gold'",
            "UPDATE price_group SET body = '{}' WHERE name = 'dear'",
            "UPDATE price_group SET body = 'none' WHERE name = 'dear'",
            "UPDATE price_group SET number = 2 WHERE name = 'gold'",
            "UPDATE price_group SET number = 2 WHERE name = 'dear'",
            "UPDATE price_group SET name = 'golden' WHERE name = 'gold'",
            "UPDATE price_group SET name = 'cheap' WHERE name = 'dear'",
            "UPDATE price_group SET created_at = created_at + 1 WHERE name = 'gold'",
            "UPDATE price_group SET from_at = created_at WHERE name = 'gold'",
            "UPDATE price_group SET from_at = from_at + 1 WHERE name = 'dear'",
            "UPDATE price_group SET from_at = NULL WHERE name = 'dear'",
            "UPDATE price_group SET sequence = 9 WHERE name = 'gold'",
            "UPDATE price_group SET name = 'gold' WHERE number IS NULL",
            "DELETE FROM price_group WHERE name = 'gold'",
            "DELETE FROM price_group WHERE name = 'dear'",
            "DELETE FROM price_group WHERE number IS NULL",
            "INSERT INTO price_group (sequence, name, created_at) SELECT 5, 'gold', created_at FROM price_group WHERE"
                    + " sequence = 4",
            "UPDATE audit_log SET after_json = REPLACE(after_json, '850', '851') WHERE action = 'group.set' AND"
                    + " subject = 'gold'",
            "UPDATE audit_log SET subject = 'cheap' WHERE action = 'group.set' AND subject = 'dear'",
            "UPDATE audit_log SET action = 'other' WHERE action = 'group.close'");

    static final List<String> OF_PRICES = List.of(
            "UPDATE price SET terms = REPLACE(terms, '\"input\":', '\"input\":1') WHERE version = '{used}'",
            "UPDATE price SET terms = REPLACE(terms, '\"output\":', '\"output\":1') WHERE version = '{unused}'",
            "UPDATE price SET terms = REPLACE(terms, 'floor-total', 'nearest-component') WHERE version = '{unused}'",
            "UPDATE price SET terms = REPLACE(terms, '\"step\":', '\"step\":1') WHERE version = '{unused}'",
            "UPDATE price SET terms = REPLACE(terms, '\"minimum\":', '\"minimum\":1') WHERE version = '{unused}'",
            "UPDATE price SET terms = REPLACE(terms, '\"reasoning_billed\":', '\"other\":') WHERE version = '{unused}'",
            "UPDATE price SET terms = 'none' WHERE version = '{unused}'",
            "UPDATE price SET terms = (SELECT terms FROM price WHERE version = 'gemini-3-pro@2026-11') WHERE version ="
                    + " '{unused}'",
            "UPDATE price SET version = '{used}' || '1' WHERE version = '{used}'",
            "UPDATE price SET version = REPLACE(version, '*gold.1', '*silver.9') WHERE version = '{unused}'",
            "UPDATE price SET version = REPLACE(version, '*', '') WHERE version = '{unused}'",
            "UPDATE price SET model_id = 'gemini-2.5-pro' WHERE version = '{unused}'",
            "UPDATE price SET kind = 'file', number = number + 1000 WHERE version = '{unused}'",
            "UPDATE price SET created_at = created_at + 1 WHERE version = '{unused}'",
            "UPDATE price SET kind = 'set' WHERE version = '{unused}'",
            "UPDATE price SET number = number + 1000 WHERE version = '{unused}'",
            "UPDATE price SET from_at = created_at WHERE version = '{unused}'",
            "DELETE FROM price WHERE version = '{used}'",
            "DELETE FROM price WHERE version = '{unused}'",
            "UPDATE call SET price = '{base}' WHERE price = '{used}'",
            "UPDATE call SET price = REPLACE(price, 'gold', 'silver') WHERE price = '{used}'",
            "UPDATE call SET price = '{used}' WHERE account_id = '{of none}'",
            "UPDATE call SET price = '{base}' WHERE price LIKE '%*silver.1'");

    static final List<String> OF_TERMS = List.of(
            "UPDATE account_terms SET own_group = 'silver' WHERE account_id = '{of gold}'",
            "UPDATE account_terms SET own_group = 'none' WHERE account_id = '{of gold}'",
            "UPDATE account_terms SET own_group = NULL WHERE account_id = '{of gold}'",
            "UPDATE account_terms SET own_group = NULL, plan_group = 'dear', plan_until = 9000000000000 WHERE"
                    + " account_id = '{of gold}'",
            "UPDATE account_terms SET own_group = NULL, plan_group = 'gold', plan_until = 9000000000000 WHERE"
                    + " account_id = '{of gold}'",
            "UPDATE account_terms SET own_group = NULL, plan_group = 'gold', plan_until = at + 1 WHERE account_id ="
                    + " '{of gold}'",
            "UPDATE account_terms SET at = at + " + HOUR + " WHERE account_id = '{of gold}'",
            "UPDATE account_terms SET account_id = '{of none}' WHERE account_id = '{of gold}'",
            "DELETE FROM account_terms WHERE account_id = '{of gold}'",
            "UPDATE account_terms SET own_group = 'gold' WHERE account_id = '{once silver}' AND own_group IS NULL",
            "UPDATE account_terms SET own_group = 'gold' WHERE account_id = '{once silver}' AND own_group IS NOT NULL",
            "UPDATE account_terms SET at = at - " + HOUR + " WHERE account_id = '{once silver}' AND own_group IS NULL",
            "UPDATE account_terms SET at = at + " + HOUR + " WHERE account_id = '{once silver}' AND own_group IS NULL",
            "DELETE FROM account_terms WHERE account_id = '{once silver}' AND own_group IS NULL",
            "INSERT INTO account_terms (sequence, account_id, at, own_group) SELECT 99, '{of none}', 0, 'gold' FROM"
                    + " account_terms WHERE sequence = 1",
            "UPDATE account_terms SET own_group = 'none' WHERE account_id = '{without a call}'");

    static final List<String> OF_VOUCHERS = List.of(
            "UPDATE voucher SET days = 31 WHERE sequence = 1",
            "UPDATE voucher SET days = 29 WHERE sequence = 1",
            "UPDATE voucher SET days = NULL WHERE sequence = 1",
            "UPDATE voucher SET models = 'gemini-*' WHERE sequence = 1",
            "UPDATE voucher SET models = '' WHERE sequence = 1",
            "UPDATE voucher SET redeemed_at = redeemed_at - 1 WHERE sequence = 1",
            "UPDATE voucher SET days = 30 WHERE sequence = 2",
            "UPDATE voucher SET models = '' WHERE sequence = 2",
            "UPDATE voucher SET days = 30 WHERE sequence = 3",
            "UPDATE voucher SET models = 'gemini-*' WHERE sequence = 3",
            "UPDATE credit_grant SET models = 'gemini-*' WHERE number = 1 AND kind = 'voucher'",
            "UPDATE credit_grant SET expires_at = expires_at + " + HOUR + " WHERE number = 1",
            "UPDATE credit_grant SET expires_at = expires_at - " + HOUR + " WHERE number = 1",
            "UPDATE credit_grant SET entry_number = entry_number + 1 WHERE number = 1",
            "UPDATE credit_grant SET kind = 'gift' WHERE number = 1",
            "UPDATE entry SET grants = NULL WHERE request_id = 'voucher-1'");

    /** Alterations that docs/trouble.md names as unnoticed. */
    static final List<String> UNSEEN = List.of(
            "UPDATE price_group SET created_at = created_at + 1 WHERE number IS NULL",
            "UPDATE account_terms SET at = at - 1 WHERE account_id = '{of gold}'",
            "UPDATE account_terms SET own_group = 'silver' WHERE account_id = '{without a call}'",
            "DELETE FROM account_terms WHERE account_id = '{without a call}'",
            "UPDATE voucher SET days = 7 WHERE sequence = 4",
            "UPDATE voucher SET models = 'gemini-*' WHERE sequence = 4");

    @TempDir
    static Path folder;

    private static AlteredProgram altered;

    @BeforeAll
    static void make() throws IOException {
        altered = new AlteredProgram(
                folder,
                Map.of("TOLLGATE_ADMIN_KEY", Gateway.ADMIN_KEY),
                AlteredGroupsTest::history,
                _ -> AlteredGroupsTest::differences);
    }

    @AfterAll
    static void forget() {
        altered.close();
    }

    private static List<String> differences(Database reading) {
        List<String> found = new ArrayList<>();
        new Audit(reading).run(found::add, found::add, (subject, rows) -> {});
        found.removeIf(it -> it.contains("receipt"));
        return found;
    }

    private static JsonNode admin(Gateway gateway, String method, String path, String body) {
        String json = "{" + body + (body.isEmpty() ? "" : ",") + "\"reason\":\"a test\"}";
        Gateway.Reply reply = gateway.send(method, "/admin" + path, json, Gateway.ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isLessThan(300);
        gateway.setNow(gateway.now().plus(STEP));
        return reply.json();
    }

    private static void move(Gateway gateway, Customer customer, String group) {
        admin(gateway, "PUT", "/accounts/" + customer.account() + "/group", "\"group\":" + group);
    }

    private static void call(Gateway gateway, Customer customer, String model) {
        assertThat(customer.chat(CALL.formatted(model)).status()).isEqualTo(200);
        gateway.setNow(gateway.now().plus(STEP));
    }

    /** Returns the names in alterations with what they stand for. */
    private static Map<String, String> history(Gateway gateway) {
        gateway.setNow(BEGIN);
        gateway.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(700, 300, 20)));
        Map<String, String> names = new HashMap<>(Map.of(
                "{base}", "gemini-2.5-pro@2026-11",
                "{used}", "gemini-2.5-pro@2026-11*gold.1",
                "{unused}", "gemini-3-pro@2026-11*gold.1"));
        Map<String, Customer> customers = new HashMap<>();
        for (String name : List.of("{of gold}", "{once silver}", "{without a call}", "{of none}")) {
            customers.put(name, gateway.customer("10"));
            names.put(name, customers.get(name).account());
        }
        admin(gateway, "PUT", "/groups/gold", "\"factor\":850,\"models\":{\"google/*\":900}");
        admin(gateway, "PUT", "/groups/silver", "\"factor\":950");
        admin(gateway, "PUT", "/groups/dear", "\"factor\":2000,\"from\":\"2026-12-31T00:00:00Z\"");
        Customer once = customers.get("{once silver}");
        move(gateway, customers.get("{of gold}"), "\"gold\"");
        move(gateway, once, "\"silver\"");
        move(gateway, customers.get("{without a call}"), "\"gold\"");
        admin(gateway, "POST", "/groups/silver/close", "");
        call(gateway, customers.get("{of gold}"), "gemini-2.5-pro");
        call(gateway, customers.get("{of gold}"), "google/gemini-2.5-pro");
        call(gateway, customers.get("{of none}"), "gemini-2.5-pro");
        call(gateway, once, "gemini-2.5-pro");
        move(gateway, once, "null");
        call(gateway, once, "gemini-2.5-pro");
        for (String terms : List.of(
                ",\"days\":30,\"models\":[\"gemini-2.5-*\"]", ",\"models\":[\"gemini-2.5-*\"]", "", ",\"days\":30")) {
            String code = admin(gateway, "POST", "/vouchers", "\"count\":1,\"credits\":1" + terms)
                    .get("codes")
                    .get(0)
                    .asString();
            if (!terms.equals(",\"days\":30")) {
                assertThat(gateway.money()
                                .vouchers()
                                .redeem(Gateway.acting(customers.get("{of none}")), "here", code)
                                .isDone())
                        .isTrue();
            }
        }
        return names;
    }

    static Stream<Arguments> altered() {
        return AlteredBooks.onBoth(Stream.of(OF_GROUPS, OF_PRICES, OF_TERMS, OF_VOUCHERS)
                .flatMap(List::stream)
                .toList());
    }

    static Stream<Arguments> unseen() {
        return AlteredBooks.onBoth(UNSEEN);
    }

    @ParameterizedTest
    @EnumSource
    void unaltered_groups_add_up(Stores stores) {
        assertThat(altered.atFirst(stores)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("altered")
    void one_altered_row_of_groups_or_vouchers_is_found(Stores stores, String alteration) throws SQLException {
        assertThat(altered.found(stores, alteration)).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("unseen")
    void what_no_other_row_repeats_is_not_found(Stores stores, String alteration) throws SQLException {
        assertThat(altered.found(stores, alteration)).isEmpty();
    }
}
