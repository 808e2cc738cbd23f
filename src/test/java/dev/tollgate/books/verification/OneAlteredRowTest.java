package dev.tollgate.books.verification;

import static dev.tollgate.testing.StripeStandIn.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.customers.payments.Vouchers;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.storage.secrets.SecretKeys;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.StripeStandIn;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Somebody alters one row of the books, in any table: the check finds it, or the manual says that nothing can. */
@BesideOthers
class OneAlteredRowTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String CALL = """
            {"model":"%s","stream":false,"messages":[{"role":"user","content":"%s"}]}""";
    private static final String SEARCHING =
            CALL.replace("}]}", "}],\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"googleSearch\"}}]}");
    private static final String SEARCHED = """
            {"candidates":[{"content":{"role":"model","parts":[{"text":"Hello"}]},"finishReason":"STOP",
              "groundingMetadata":{"webSearchQueries":["one","two"]}}],
             "usageMetadata":{"promptTokenCount":700,"cachedContentTokenCount":400,"candidatesTokenCount":300,
              "thoughtsTokenCount":20,"totalTokenCount":1020}}""";
    private static final String TOP_UP = "/dashboard/billing/top-up";
    private static final Pattern FORM = Pattern.compile("name=\"id\" value=\"([0-9a-f]+)\"");

    /** On PostgreSQL too. */
    static final List<String> OF_MONEY = List.of(
            "UPDATE account SET last_entry_at = last_entry_at - 1 WHERE id = {account}",
            "UPDATE account SET balance_micros = balance_micros + 1, purchased_micros = purchased_micros + 1 WHERE id = {account}",
            "UPDATE entry SET kind = 'adjustment' WHERE sequence = 1 AND account_id = {account}",
            "UPDATE entry SET created_at = created_at - 1 WHERE kind = 'charge' AND reservation_id = {call}",
            "UPDATE reservation SET created_at = created_at + 1 WHERE id = {call}",
            "UPDATE task SET completed_at = completed_at + 1 WHERE id = {call}",
            "UPDATE task SET usage = REPLACE(usage, '\"prompt_tokens\":', '\"prompt_tokens\":1') WHERE id = {call}",
            "UPDATE task SET course = REPLACE(course, '\"first_byte\":', '\"first_byte\":99') WHERE id = {call}",
            "UPDATE voucher SET account_id = NULL, redeemed_at = NULL WHERE sequence = 1",
            "UPDATE payment SET state = 'open' WHERE id = {payment}",
            "UPDATE payment SET missing_micros = missing_micros + 1 WHERE id = {payment}",
            "DELETE FROM payment_notice WHERE fact = 'paid'",
            "DELETE FROM invoice",
            "UPDATE invoice SET year = year + 1",
            "DELETE FROM audit_log WHERE sequence = 2",
            "UPDATE price_version SET input_micros = input_micros + 1 WHERE sequence = 1",
            "UPDATE price_rates SET output_micros = output_micros + 1 WHERE version = 'google/gemini-2.5-pro@2026-11'",
            "UPDATE price_rates SET tariff = REPLACE(tariff, '\"priority\":', '\"priority\":1') WHERE {used tariff}",
            "UPDATE usage_quarter SET thoughts_tokens = thoughts_tokens + 1 WHERE {first of usage_quarter}",
            "UPDATE usage_quarter SET cached_tokens = cached_tokens - 1 WHERE {first of usage_quarter}",
            "UPDATE usage_quarter SET searches = searches + 1 WHERE {first of usage_quarter}",
            "UPDATE task SET pricing = REPLACE(pricing, '\"searches\":', '\"searches\":1') WHERE id = {call}",
            "UPDATE usage_quarter SET starts_at = starts_at + 900000 WHERE {first of usage_quarter}",
            "UPDATE usage_day SET prompt_tokens = prompt_tokens + 1 WHERE {first of usage_day}",
            "UPDATE usage_day SET searches = searches - 1 WHERE {first of usage_day}",
            "UPDATE usage_hour SET cached_tokens = cached_tokens + 1 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET searches = searches - 1 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET channel = 'other' WHERE {first of usage_hour}",
            "UPDATE usage_hour SET charged_micros = charged_micros + 1 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET cost_micros = cost_micros + 1 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET uncosted = uncosted + 1 WHERE {first of usage_hour}",
            "UPDATE task SET costs = NULL WHERE id = {call}",
            "UPDATE usage_hour SET first_9 = first_9 + 1 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET timed_tokens = timed_tokens + 1 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET timed_millis = timed_millis + 1 WHERE {first of usage_hour}",
            "UPDATE usage_quarter SET cost_micros = cost_micros + 1 WHERE {first of usage_quarter}",
            "UPDATE usage_quarter SET costed = costed - 1 WHERE {first of usage_quarter}",
            "UPDATE task SET costs = REPLACE(costs, '\"cost\":', '\"cost\":1') WHERE id = {call}",
            "UPDATE task SET costs = REPLACE(costs, '\"channel\":\"', '\"channel\":\"x') WHERE id = {call}",
            "UPDATE task SET costs = 'none' WHERE id = {call}");

    static final List<String> OTHERS = List.of(
            "UPDATE account SET consumed_micros = consumed_micros + 1 WHERE id = {account}",
            "UPDATE account SET sandbox_micros = balance_micros + reserved_micros + 1 WHERE id = {account}",
            "UPDATE reservation SET sandbox_micros = charged_micros + 1 WHERE id = {call}",
            "UPDATE account SET last_sequence = last_sequence + 1 WHERE id = {account}",
            "UPDATE account SET deleted_at = 1 WHERE id = {account}",
            "UPDATE account SET spend_day = 1 WHERE id = {account}",
            "UPDATE entry SET amount_micros = amount_micros + 1 WHERE sequence = 1 AND account_id = {account}",
            "UPDATE entry SET reservation_id = {failed call} WHERE kind = 'charge' AND reservation_id = {call}",
            "UPDATE entry SET kind = 'expiry' WHERE kind = 'release' AND reservation_id = {call}",
            "DELETE FROM entry WHERE kind = 'release' AND reservation_id = {call}",
            "UPDATE reservation SET key_id = 'key_other' WHERE id = {call}",
            "UPDATE reservation SET state = 'expired' WHERE id = {failed call}",
            "UPDATE reservation SET held_micros = held_micros + 1 WHERE id = {call}",
            "UPDATE reservation SET last_sequence = last_sequence + 1 WHERE id = {call}",
            "DELETE FROM reservation WHERE id = {failed call}",
            "UPDATE task SET model_id = 'other' WHERE id = {call}",
            "UPDATE task SET model = 'other' WHERE id = {call}",
            "UPDATE task SET created_at = created_at + 1 WHERE id = {call}",
            "UPDATE task SET status = 'cancelled' WHERE id = {call}",
            "UPDATE task SET usage_flags = 'estimated' WHERE id = {call}",
            "UPDATE task SET charge_micros = charge_micros + 1 WHERE id = {call}",
            "UPDATE task SET pricing = REPLACE(pricing, '\"price_version\":\"', '\"price_version\":\"x') WHERE id = {call}",
            "UPDATE task SET course = REPLACE(course, '\"channel\":\"', '\"channel\":\"x') WHERE id = {call}",
            "UPDATE task SET error_code = NULL WHERE id = {failed call}",
            "UPDATE task SET usage = NULL WHERE id = {call}",
            "UPDATE task SET costs = REPLACE(costs, '\"prompt\":', '\"prompt\":1') WHERE id = {call}",
            "UPDATE task SET costs = REPLACE(costs, '\"input\":', '\"input\":1') WHERE id = {call}",
            "UPDATE task SET costs = '[]' WHERE id = {call}",
            "DELETE FROM task WHERE id = {call}",
            "DELETE FROM receipt WHERE task_id = {call}",
            "UPDATE receipt SET body = REPLACE(body, '\"prompt_tokens\":', '\"prompt_tokens\":1') WHERE task_id = {call}",
            "UPDATE receipt SET body = REPLACE(body, '\"time\":\"2', '\"time\":\"3') WHERE task_id = {call}",
            "UPDATE receipt SET body = REPLACE(body, '\"model\":\"', '\"model\":\"x') WHERE task_id = {call}",
            "UPDATE receipt SET body = REPLACE(body, '\"due_micros\":', '\"due_micros\":1') WHERE task_id = {call}",
            "UPDATE receipt SET body = REPLACE(body, '\"end\":\"whole\"', '\"end\":\"cut\"') WHERE task_id = {call}",
            "UPDATE receipt SET body = REPLACE(body, '\"tier\":\"standard\"', '\"tier\":\"flex\"') WHERE task_id = {call}",
            "UPDATE receipt SET body = REPLACE(body, '\"step\":0', '\"step\":1') WHERE task_id = {call}",
            "UPDATE receipt SET body = REPLACE(body, '\"searches\":', '\"searches\":1') WHERE task_id = {call}",
            "UPDATE receipt SET body = REPLACE(body, '\"tool_tokens\":', '\"tool_tokens\":1') WHERE task_id = {call}",
            "UPDATE spend_window SET charged_micros = charged_micros + 1 WHERE kind = 'hour' AND key_id = {key}",
            "DELETE FROM spend_window WHERE kind = 'total' AND key_id = {key}",
            "UPDATE requested_entry SET amount_micros = amount_micros + 1 WHERE kind = 'reversal'",
            "UPDATE requested_entry SET request_id = 'x' WHERE request_id = 'voucher-1'",
            "DELETE FROM requested_entry WHERE kind = 'adjustment' AND account_id = {account}",
            "UPDATE voucher SET amount_micros = amount_micros + 1 WHERE sequence = 1",
            "UPDATE voucher SET redeemed_at = redeemed_at + 86400000 WHERE sequence = 1",
            "DELETE FROM voucher WHERE sequence = 2",
            "UPDATE payment SET credit_micros = credit_micros + 1 WHERE id = {payment}",
            "UPDATE payment SET net_cents = net_cents + 1 WHERE id = {payment}",
            "UPDATE payment SET reversed_micros = reversed_micros - 1 WHERE id = {payment}",
            "UPDATE payment SET ended_at = ended_at + 1 WHERE id = {payment}",
            "DELETE FROM payment WHERE id = {payment}",
            "UPDATE payment_notice SET outcome = 'refused' WHERE fact = 'paid'",
            "DELETE FROM payment_notice WHERE fact = 'refunded'",
            "UPDATE invoice SET sequence = sequence + 1",
            "UPDATE invoice SET issued_at = issued_at + 1",
            "UPDATE price_version SET sequence = 7 WHERE sequence = 2",
            "UPDATE api_key SET account_id = 'acc_other' WHERE id = {key}",
            "DELETE FROM api_key WHERE id = {key}",
            "UPDATE answer_share SET bytes = bytes + 1",
            "INSERT INTO kept_response (id, account_id, place, plain_bytes, bytes, used_at, sealed)"
                    + " VALUES ({failed call} || 'x', {account}, 1, 1, 1, 1, '')",
            "UPDATE usage_quarter SET calls = calls + 1 WHERE {first of usage_quarter}",
            "UPDATE usage_quarter SET key_id = 'key_other' WHERE {first of usage_quarter}",
            "UPDATE usage_quarter SET refunded_micros = refunded_micros + 1 WHERE {first of usage_quarter}",
            "UPDATE usage_day SET model = 'other' WHERE {first of usage_day}",
            "UPDATE usage_day SET cached_tokens = cached_tokens + 1 WHERE {first of usage_day}",
            "UPDATE usage_day SET charged_micros = charged_micros - 1 WHERE {first of usage_day}",
            "DELETE FROM usage_day WHERE {first of usage_day}",
            "UPDATE usage_hour SET calls = calls + 1 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET starts_at = starts_at + 3600000 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET ending = 'cancelled' WHERE ending = 'completed' AND {first of usage_hour}",
            "DELETE FROM usage_hour WHERE {first of usage_hour}");

    /** Alterations of all tables, most of prices, kept answers and kept responses. */
    static final List<String> MORE = List.of(
            "UPDATE price_version SET created_at = created_at - 1 WHERE sequence = 1",
            "UPDATE price_version SET from_at = from_at - 86400000 WHERE sequence = 2",
            "UPDATE price_version SET from_at = NULL WHERE sequence = 2",
            "UPDATE price_version SET rounding = 'NEAREST_COMPONENT' WHERE sequence = 2",
            "UPDATE price_version SET step_micros = step_micros * 10 WHERE sequence = 2",
            "UPDATE price_version SET minimum_micros = 0 WHERE sequence = 1",
            "UPDATE price_version SET model_id = 'gemini-3-pro' WHERE sequence = 2",
            "UPDATE price_version SET version = 'gemini-3.1-pro@set-9' WHERE sequence = 2",
            "UPDATE price_version SET tariff = REPLACE(tariff, '\"cached_input\":', '\"cached_input\":1') WHERE sequence = 2",
            "UPDATE price_version SET tariff = REPLACE(tariff, '\"flex\":0.5', '\"flex\":0.6') WHERE sequence = 2",
            "UPDATE price_version SET tariff = NULL WHERE sequence = 2",
            "UPDATE price_version SET reasoning_billed = 1 - reasoning_billed WHERE sequence = 2",
            "DELETE FROM price_version WHERE sequence = 2",
            "INSERT INTO price_version SELECT 3, model_id, model_id || '@set-3', created_at, 1, 1, reasoning_billed, rounding, step_micros, minimum_micros, NULL, NULL FROM price_version WHERE sequence = 1",
            "UPDATE audit_log SET subject = 'other' WHERE action = 'model.price' AND subject = 'gemini-3.1-pro'",
            "UPDATE audit_log SET after_json = NULL WHERE action = 'model.price' AND subject = 'gemini-3.1-pro'",
            "UPDATE audit_log SET action = 'model.other' WHERE action = 'model.price' AND subject = 'gemini-3.1-pro'",
            "UPDATE price_rates SET rounding = 'FLOOR_TOTAL' WHERE version = 'google/gemini-2.5-pro@2026-11'",
            "UPDATE price_rates SET step_micros = step_micros * 10 WHERE version = 'google/gemini-2.5-pro@2026-11'",
            "UPDATE price_rates SET minimum_micros = minimum_micros + 10000 WHERE version = 'google/gemini-2.5-pro@2026-11'",
            "UPDATE price_rates SET reasoning_billed = 1 - reasoning_billed WHERE version = 'google/gemini-2.5-pro@2026-11'",
            "UPDATE price_rates SET created_at = created_at + 86400000 WHERE version = 'google/gemini-2.5-pro@2026-11'",
            "UPDATE price_rates SET created_at = created_at + 1 WHERE version = 'google/gemini-2.5-pro@2026-11'",
            "UPDATE price_rates SET model_id = 'other' WHERE version = 'google/gemini-2.5-pro@2026-11'",
            "UPDATE price_rates SET input_micros = input_micros + 1 WHERE version = {unused price}",
            "UPDATE price_rates SET tariff = REPLACE(tariff, '\"flex\":', '\"flex\":1') WHERE {used tariff}",
            "UPDATE price_rates SET tariff = REPLACE(tariff, '\"prompt_tokens\":', '\"prompt_tokens\":1') WHERE {used tariff}",
            "UPDATE price_rates SET tariff = REPLACE(tariff, '\"search_per_1000\":', '\"search_per_1000\":1') WHERE {used tariff}",
            "UPDATE price_rates SET tariff = REPLACE(tariff, '\"above\":', '\"beyond\":') WHERE {used tariff}",
            "UPDATE price_rates SET proof = proof + 1 WHERE version = {unused price}",
            "DELETE FROM price_rates WHERE version = 'google/gemini-2.5-pro@2026-11'",
            "UPDATE usage_hour SET estimated = estimated + 1 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET upstream_model = 'other' WHERE {first of usage_hour}",
            "UPDATE usage_hour SET shortfall_micros = shortfall_micros + 1 WHERE {first of usage_hour}",
            "UPDATE usage_quarter SET first_9 = first_9 + 1 WHERE {first of usage_quarter}",
            "UPDATE usage_quarter SET completion_tokens = 0 WHERE {first of usage_quarter}",
            "UPDATE usage_day SET account_id = {payer} WHERE {first of usage_day}",
            "UPDATE task SET pricing = REPLACE(pricing, ',\"exact\"', ',\"tier_granted\":\"flex\",\"exact\"') WHERE id = {call}",
            "UPDATE task SET pricing = REPLACE(pricing, 'minimum 0.01', 'minimum 0.02') WHERE id = {call}",
            "UPDATE task SET costs = REPLACE(costs, '\"model\":\"', '\"model\":\"x') WHERE id = {call}",
            "UPDATE task SET account_id = {payer} WHERE id = {call}",
            "UPDATE reservation SET account_id = {payer} WHERE id = {call}",
            "UPDATE reservation SET first_sequence = first_sequence - 1 WHERE id = {call}",
            "DELETE FROM reservation WHERE id = {call}",
            "INSERT INTO open_hold (id, account_id, key_id, door, model, created_at, held_micros, first_sequence, last_sequence) VALUES ('chatcmpl-x', {account}, {key}, 'chat', 'm', 1, 1, 1, 1)",
            "UPDATE entry SET account_id = {payer}, sequence = 1000 WHERE kind = 'charge' AND reservation_id = {call}",
            "UPDATE entry SET to_bucket = 'funding' WHERE kind = 'release' AND reservation_id = {call}",
            "DELETE FROM entry WHERE kind = 'top_up' AND sequence = 1 AND account_id = {account}",
            "UPDATE receipt SET task_id = {failed call} WHERE task_id = {call}",
            "UPDATE receipt SET sequence = sequence + 7 WHERE task_id = {call}",
            "UPDATE kept_answer SET task_id = {failed call} WHERE task_id = {call}",
            "UPDATE kept_answer SET task_id = 'chatcmpl-x' WHERE task_id = {call}",
            "UPDATE kept_answer SET key_id = 'key_other' WHERE task_id = {call}",
            "UPDATE kept_answer SET account_id = {payer} WHERE task_id = {call}",
            "UPDATE kept_answer SET settled_at = settled_at + 1 WHERE task_id = {call}",
            "UPDATE kept_answer SET bytes = bytes + 1 WHERE task_id = {call}",
            "DELETE FROM answer_share",
            "UPDATE kept_response SET id = {call}",
            "UPDATE kept_response SET account_id = {payer}",
            "UPDATE kept_response SET sealed = {bytes}",
            "UPDATE kept_response SET bytes = bytes + 1",
            "UPDATE kept_response SET plain_bytes = plain_bytes + 1",
            "UPDATE kept_response SET place = place + 1000",
            "UPDATE kept_share SET bytes = 1",
            "UPDATE requested_entry SET task_id = {failed call} WHERE kind = 'refund'",
            "UPDATE voucher SET account_id = {account} || 'x' WHERE sequence = 1",
            "UPDATE payment SET account_id = {account} WHERE id = {payment}",
            "UPDATE payment SET channel = 'stripe' WHERE id = {payment}",
            "UPDATE payment_notice SET cents = cents + 1 WHERE fact = 'paid'",
            "UPDATE payment_notice SET payment_id = 'other' WHERE fact = 'paid'",
            "UPDATE payment SET tax_cents = tax_cents + 1 WHERE id = {payment}",
            "UPDATE invoice SET series = 'other'");

    /** Others that docs/trouble.md names as unnoticed. */
    static final List<String> MORE_UNSEEN = List.of(
            "UPDATE task SET max_tokens_applied = 7 WHERE id = {call}",
            "UPDATE task SET error_message = 'other' WHERE id = {failed call}",
            "UPDATE api_key SET hash = 'other' WHERE id = {key}",
            "UPDATE account SET created_at = created_at - 1 WHERE id = {account}",
            "UPDATE kept_answer SET hash = 'other' WHERE task_id = {call}",
            "UPDATE kept_answer SET body_hash = 'other' WHERE task_id = {call}",
            "UPDATE kept_answer SET created_at = created_at - 1 WHERE task_id = {call}",
            "UPDATE kept_response SET previous_id = 'other'",
            "UPDATE kept_response SET used_at = used_at - 1",
            "UPDATE kept_share SET bytes = bytes + 1",
            "UPDATE payment SET created_at = created_at - 1 WHERE id = {payment}",
            "UPDATE voucher SET code_hash = 'other' WHERE sequence = 1",
            "UPDATE voucher SET created_at = created_at - 1 WHERE sequence = 1",
            "UPDATE invoice SET buyer_name = 'other'",
            "UPDATE signing_key SET public_key = 'other'",
            "DELETE FROM price_rates WHERE version = {unused price}",
            "UPDATE payment_notice SET received_at = received_at + 1 WHERE fact = 'paid'");

    /** Alterations that docs/trouble.md names as unnoticed. */
    static final List<String> UNSEEN = List.of(
            "UPDATE entry SET reason = 'other' WHERE kind = 'adjustment' AND account_id = {account}",
            "UPDATE entry SET created_at = created_at - 1 WHERE kind = 'refund'",
            "UPDATE account SET name = 'other' WHERE id = {account}",
            "UPDATE reservation SET sandbox_micros = charged_micros WHERE id = {call}",
            "UPDATE voucher SET redeemed_at = redeemed_at - 1 WHERE sequence = 1",
            "UPDATE api_key SET disabled = 1 WHERE id = {key}",
            "UPDATE task SET door = 'other' WHERE id = {call}",
            "DELETE FROM task WHERE id = {failed call}",
            "UPDATE usage_hour SET ending = 'cut' WHERE ending = 'completed' AND {first of usage_hour}",
            "UPDATE voucher SET amount_micros = 1 WHERE sequence = 2",
            "UPDATE payment SET session_id = 'other' WHERE id = {payment}",
            "UPDATE audit_log SET reason = 'other' WHERE sequence = 2",
            "DELETE FROM audit_log WHERE sequence = (SELECT MAX(sequence) FROM audit_log)");

    @TempDir
    static Path folder;

    private static final Map<Stores, String> URLS = new EnumMap<>(Stores.class);
    private static final Map<Stores, SecretBox> SECRETS = new EnumMap<>(Stores.class);
    private static int copies;

    @BeforeAll
    static void make() throws IOException {
        for (Stores stores : Stores.values()) {
            String url = stores == Stores.SQLITE ? "" : Postgres.migrated();
            try (StripeStandIn stripe = new StripeStandIn();
                    Gateway gateway = start(url, stripe)) {
                customers(gateway, stripe);
                gateway.assertBooksAreClosed();
                SECRETS.put(
                        stores,
                        SecretKeys.of(
                                gateway.environment().get("TOLLGATE_SECRET_KEY"),
                                gateway.data(),
                                null,
                                new SecureRandom()));
                if (stores == Stores.SQLITE) {
                    try (Database reading = Database.openReading(gateway.data())) {
                        reading.backupTo(folder.resolve("original.db"));
                    }
                }
            }
            URLS.put(stores, url);
        }
    }

    private static Gateway start(String url, StripeStandIn stripe) {
        Map<String, String> environment = Map.of(
                "TOLLGATE_STRIPE_SECRET_KEY",
                StripeStandIn.KEY,
                "TOLLGATE_STRIPE_WEBHOOK_SECRET",
                SECRET,
                "TOLLGATE_ADMIN_KEY",
                ADMIN_KEY);
        String[] settings = {"stripe.url", stripe.url(), "sign-up.credits", "0"};
        return url.isEmpty() ? Gateway.start(environment, settings) : Gateway.startOn(url, environment, settings);
    }

    private static void customers(Gateway gateway, StripeStandIn stripe) {
        post(gateway, "/models/gemini-2.5-pro/prices", "{\"input\":170,\"output\":1000,\"reason\":\"a test\"}");
        post(
                gateway,
                "/models/gemini-3.1-pro/prices",
                "{\"cached_input\":20,\"tiers\":{\"flex\":0.5},\"from\":\"2150-01-01T00:00:00Z\",\"reason\":\"a test\"}");
        gateway.script(UpstreamScript.answers()
                .whenAsked("fail")
                .status(500)
                .next()
                .whenAsked("one")
                .event(SEARCHED)
                .next()
                .whenAsked("")
                .text("Hello", new Tokens(700, 300, 20))
                .finish("STOP", new Tokens(700, 300, 20)));
        Customer customer = gateway.customer("10");
        customer.chat(SEARCHING.formatted("gemini-2.5-pro", "one"), "kept");
        customer.chat(CALL.formatted("google/gemini-2.5-pro", "two"));
        customer.chat(CALL.formatted("gemini-2.5-pro", "fail"));
        assertThat(customer.chat(CALL.formatted("gemini-3.1-pro-preview", "three"))
                        .status())
                .isEqualTo(200);
        assertThat(gateway.post("/v1/responses", "{\"model\":\"gemini-2.5-pro\",\"input\":\"two\"}", customer.key())
                        .status())
                .isEqualTo(200);
        String call = gateway.text("SELECT MIN(id) FROM task WHERE charge_micros > 0");
        post(gateway, "/tasks/" + call + "/refunds", "{\"credits\":0.1,\"reason\":\"a test\"}");
        post(gateway, "/accounts/" + customer.account() + "/adjustments", "{\"credits\":1,\"reason\":\"a test\"}");
        JsonNode made = post(gateway, "/vouchers", "{\"count\":2,\"credits\":5,\"reason\":\"a test\"}");
        String code = made.get("codes").get(0).asString();
        assertThat(gateway.app().money().vouchers().redeem(customer.acting(), "here", code))
                .isInstanceOf(Vouchers.Redeemed.class);
        post(gateway, "/vouchers", "{\"count\":1,\"credits\":5,\"reason\":\"a test\"}");
        Browser browser = new Browser(gateway.url()).signUp("payer@example.org", "a sentence nobody else has");
        Matcher id = FORM.matcher(browser.get(TOP_UP).body());
        assertThat(id.find()).isTrue();
        browser.submit(TOP_UP, TOP_UP, Map.of("id", id.group(1), "dollars", "10"));
        StripeStandIn.tell(gateway, StripeStandIn.paid("evt_1", stripe.last()));
        String account = gateway.text("SELECT account_id FROM payment");
        post(gateway, "/accounts/" + account + "/adjustments", "{\"credits\":-1900,\"reason\":\"a test\"}");
        StripeStandIn.tell(gateway, StripeStandIn.refunded("evt_2", stripe.last(), 500));
    }

    private static JsonNode post(Gateway gateway, String path, String body) {
        Gateway.Reply reply = gateway.post("/admin" + path, body, ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isLessThan(300);
        return reply.json();
    }

    @AfterAll
    static void forget() throws IOException {
        Files.delete(folder.resolve("original.db"));
    }

    @Test
    void altered_rows_belong_to_a_searched_and_cached_call() throws SQLException, IOException {
        assertThat(found(
                        Stores.SQLITE,
                        "UPDATE usage_hour SET searches = 0, cached_tokens = 0 WHERE {first of usage_hour}"))
                .singleElement()
                .asString()
                .contains("400 cached_tokens too few", "2 searches too few");
    }

    @ParameterizedTest
    @EnumSource
    void books_of_every_kind_add_up(Stores stores) throws SQLException, IOException {
        assertThat(found(stores, "UPDATE account SET name = name WHERE id = {account}"))
                .isEmpty();
    }

    static Stream<String> all() {
        return Stream.concat(OF_MONEY.stream(), OTHERS.stream());
    }

    @ParameterizedTest
    @MethodSource("all")
    void one_altered_row_is_found(String alteration) throws SQLException, IOException {
        assertThat(found(Stores.SQLITE, alteration)).isNotEmpty();
    }

    @ParameterizedTest
    @FieldSource("MORE")
    void one_altered_row_of_any_table_is_found(String alteration) throws SQLException, IOException {
        assertThat(found(Stores.SQLITE, alteration)).isNotEmpty();
    }

    @ParameterizedTest
    @FieldSource("MORE_UNSEEN")
    void more_that_no_other_row_repeats_is_not_found(String alteration) throws SQLException, IOException {
        assertThat(found(Stores.SQLITE, alteration)).isEmpty();
    }

    @ParameterizedTest
    @FieldSource("OF_MONEY")
    void one_altered_row_on_a_server_is_found(String alteration) throws SQLException, IOException {
        assertThat(found(Stores.POSTGRESQL, alteration)).isNotEmpty();
    }

    @ParameterizedTest
    @FieldSource("UNSEEN")
    void what_no_other_row_repeats_is_not_found(String alteration) throws SQLException, IOException {
        assertThat(found(Stores.SQLITE, alteration)).isEmpty();
    }

    private static List<String> found(Stores stores, String alteration) throws SQLException, IOException {
        Path copy = Files.createDirectory(folder.resolve("copy" + ++copies));
        String url = URLS.get(stores);
        if (stores == Stores.SQLITE) {
            Files.copy(folder.resolve("original.db"), copy.resolve("tollgate.db"));
            url = "jdbc:sqlite:" + copy.resolve("tollgate.db");
        } else {
            url = Postgres.copied(url, "SELECT 1");
        }
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(
                    stores == Stores.SQLITE
                            ? "PRAGMA ignore_check_constraints = 1"
                            : "SET session_replication_role = replica");
            if (alteration.contains("usage_day")) {
                fold(statement);
            }
            assertThat(statement.executeUpdate(named(alteration))).isOne();
        }
        List<String> found = new ArrayList<>();
        try (Database database = stores == Stores.SQLITE ? Database.openReading(copy) : Database.openReading(url)) {
            new Audit(database, SECRETS.get(stores)).run(found::add, found::add, (subject, rows) -> {});
        }
        return found;
    }

    private static void fold(Statement statement) throws SQLException {
        String sums = String.join(", ", UsageSql.SUMS);
        statement.executeUpdate("INSERT INTO usage_day (account_id, starts_at, key_id, model, " + sums
                + ") SELECT account_id, starts_at - starts_at % 86400000, key_id, model, "
                + UsageSql.added(UsageSql.SUMS)
                + " FROM usage_quarter GROUP BY account_id, starts_at - starts_at % 86400000, key_id, model");
        statement.executeUpdate(
                "INSERT INTO usage_fold (id, folded_until, folding_until, account_after) VALUES (1, 99999999999999, 99999999999999, '')");
    }

    private static String named(String alteration) {
        String call = "(SELECT MIN(id) FROM task WHERE charge_micros > 0)";
        return alteration
                .replace("{account}", "(SELECT account_id FROM task WHERE id = " + call + ")")
                .replace("{key}", "(SELECT key_id FROM task WHERE id = " + call + ")")
                .replace("{call}", call)
                .replace("{payer}", "(SELECT account_id FROM payment)")
                .replace("{unused price}", "(SELECT MIN(version) FROM price_rates WHERE tariff IS NULL)")
                .replace(
                        "{used tariff}",
                        "version = (SELECT MIN(version) FROM price_rates WHERE model_id = 'gemini-3.1-pro-preview')")
                .replace("{bytes}", "X'010203'")
                .replace("{failed call}", "(SELECT MIN(id) FROM task WHERE status = 'failed')")
                .replace("{payment}", "(SELECT MIN(id) FROM payment)")
                .replaceAll(
                        "\\{first of (usage_quarter|usage_day)\\}",
                        "calls > 0 AND model = (SELECT MIN(model) FROM $1 WHERE calls > 0)")
                .replace(
                        "{first of usage_hour}",
                        "charged_micros > 0 AND model = (SELECT MIN(model) FROM usage_hour WHERE charged_micros > 0)");
    }
}
