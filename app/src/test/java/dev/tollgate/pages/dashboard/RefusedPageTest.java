package dev.tollgate.pages.dashboard;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.customers.rejections.RefusedCall;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.operator.admin.By;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.dashboard.requests.RefusedLine;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Calls that were refused have made no task, and are shown all the same. */
class RefusedPageTest {

    private static final String PATH = "/dashboard/requests/refused";

    private static Gateway gateway;

    /** Nothing of its calls is ever refused. */
    private static BusyAccount quiet;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("sign-up.credits", "50");
        gateway.setNow(BusyAccount.NOW); // within a minute of midnight the limit of a day is a short wait
        quiet = BusyAccount.in(gateway, "ci");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static String body(String model, int tokens) {
        return "{\"model\":\"" + model + "\",\"max_tokens\":" + tokens
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hello.\"}]}";
    }

    @Test
    void only_its_account_sees_a_refused_call_with_key_message_and_id() {
        BusyAccount one = BusyAccount.in(gateway, "<b>ci</b>");
        Reply refused = one.other.chat(body("<i>none</i>", 5));
        assertThat(refused.status()).isEqualTo(404);
        String page = one.browser.get(PATH).body();
        assertThat(page)
                .contains("model_not_found", "&lt;i&gt;none&lt;/i&gt;", "&lt;b&gt;ci&lt;/b&gt;")
                .contains(refused.header("x-request-id"), "POST /v1/chat/completions")
                .doesNotContain("<i>none", "<b>ci");
        assertThat(quiet.browser.get(PATH).body()).contains("No refused calls in the last 100 days.");
        assertThat(quiet.browser.get("/dashboard").body()).doesNotContain("refused in the last hour");
        String request = refused.header("x-request-id");
        String find = "/dashboard/find?q=" + request;
        assertThat(one.browser.get(find).location()).isEqualTo(PATH + "?request=" + request);
        assertThat(one.browser.get(PATH + "?request=" + request).body()).contains("Refused call " + request);
        assertThat(quiet.browser.get(find).body()).contains("Nothing in this account");
        assertThat(quiet.browser.get(PATH + "?request=" + request).body())
                .contains("No refused calls in the last 100 days.");
        assertThat(one.browser.get("/dashboard").body()).contains("1 call was refused in the last hour.");
        assertThat(one.browser
                        .call("/playground", "/playground/chat", body("none", 5))
                        .status())
                .isEqualTo(404);
        assertThat(one.browser.get("/dashboard").body())
                .as("what the playground has shown itself is not counted")
                .contains("1 call was refused in the last hour.")
                .as("but it is of today")
                .contains(">2 refused</a>");
        gateway.writeRefusals();
        assertThat(one.browser.get("/dashboard/usage?range=7&metric=errors").body())
                .as("counts of both by error, key and day")
                .contains("Refused calls: 2", "model_not_found", ">Playground", ">&lt;b&gt;ci&lt;/b&gt;</a>")
                .containsPattern("[0-9] Nov 2026\\s*</th>\\s*<td[^>]*>\\s*2\\s*<");
        assertThat(one.browser
                        .get("/dashboard/usage?range=7&metric=errors&key=" + one.customer.keyId())
                        .body())
                .contains("Refused calls: 0");
        assertThat(one.browser.get("/dashboard/usage?range=7").body()).doesNotContain("Refused calls");
    }

    @Test
    void what_the_playground_was_refused_has_its_name() {
        RefusedCall played = new RefusedCall(
                BusyAccount.NOW,
                "acc_1",
                "",
                "POST /playground/chat",
                404,
                ErrorCode.MODEL_NOT_FOUND,
                "none",
                null,
                "req_1");
        assertThat(RefusedLine.key(played.keyId(), new KeyNames(Map.of()))).isEqualTo("Playground");
    }

    @Test
    void a_refused_call_of_a_disabled_key_is_shown_to_its_account() {
        BusyAccount one = BusyAccount.in(gateway, "ci");
        gateway.commands().disableKey(one.other.keyId());
        assertThat(one.other.chat(body("gemini-2.5-pro", 5)).status()).isEqualTo(401);
        assertThat(one.browser.get(PATH).body()).contains("invalid_api_key", "The API key is disabled.", "ci");
    }

    private static Customer limited(String account, String name) {
        KeyResult.Made made = gateway.commands()
                .createKey(account, KeySettings.named(name).withSpend(new SpendLimits(null, 1_000_000L, null)));
        return new Customer(gateway, account, made.key().id(), made.secret());
    }

    @Test
    void missing_credits_show_start_figures_and_remedy_to_customer_and_operator() {
        BusyAccount one = BusyAccount.in(gateway, "ci");
        Customer limited = limited(one.customer.account(), "<b>day</b>");
        one.ask(limited, "gemini-2.5-pro", 0, 3_000, 0);
        assertThat(limited.chat(body("gemini-2.5-pro", 5_000)).status()).isEqualTo(402);
        assertThat(one.browser.get(PATH).body())
                .containsPattern(
                        "Key '&lt;b&gt;day&lt;/b&gt;' has used (its|[$0-9.]+ of its) [$]0.0050 for today.* It works"
                                + " again at 00:00 \\(UTC\\), in ")
                .contains("<a href=\"/dashboard/keys/" + limited.keyId() + "#day\">Raise it</a>");
        adjust(one, -(micros(one.customer.balance()) - 1));
        for (int i = 0; i < 3; i++) {
            assertThat(one.customer.chat(body("gemini-2.5-pro", 5_000)).status())
                    .isEqualTo(402);
        }
        gateway.writeRefusals();
        assertThat(one.browser.get("/dashboard").body())
                .contains(
                        "Calls are refused (402), since the balance does not cover them. 3 were refused in the last hour.");
        assertThat(one.browser.get(PATH).body())
                .containsPattern(
                        "Not enough credits\\. This call needed [$]0\\.[0-9]+ up front\\. You had &lt;[$]0\\.0001\\."
                                + "\\s*<a href=\"/dashboard/billing/top-up\">Top up</a>\\s*<span")
                .contains("3 ×")
                .doesNotContain("Your credit balance is too low");
        adjust(one, 5_000_000);
        assertThat(one.browser.get(PATH).body())
                .containsPattern("Not enough credits\\..*You had &lt;[$]0\\.0001\\.\\s*<span")
                .doesNotContainPattern("Top up</a>\\s*<span class=\"below");
        String account = one.customer.account();
        gateway.execute("UPDATE account SET name = 'Ann & Co' WHERE id = '" + account + "'");
        gateway.execute("UPDATE person SET role = 'operator' WHERE account_id = '" + account + "'");
        assertThat(one.browser
                        .get("/console/requests/refused?account=" + account)
                        .body())
                .as("the operator reads the same words, with names")
                .containsPattern(
                        "Not enough credits\\. This call needed [$]0\\.[0-9]+ up front\\. You had &lt;[$]0\\.0001\\.")
                .containsPattern("Key '&lt;b&gt;day&lt;/b&gt;' has used ")
                .contains(">Ann &amp; Co</a>")
                .doesNotContain("Your credit balance is too low", "spend limit of", "<b>day");
    }

    private static void adjust(BusyAccount one, long micros) {
        gateway.app()
                .administration()
                .deeds()
                .adjust(By.of(Actor.COMMAND, "for the test"), one.customer.account(), micros);
    }

    private static long micros(java.math.BigDecimal credits) {
        return credits.movePointRight(6).longValueExact();
    }

    @Test
    void an_accepted_call_is_never_listed_as_refused() {
        assertThat(quiet.customer.chat(body("gemini-2.5-pro", 5)).status()).isEqualTo(200);
        gateway.script("- respond: [{status: 400}]");
        assertThat(quiet.customer.chat(body("gemini-2.5-pro", 5)).status()).isEqualTo(503);
        assertThat(quiet.browser.get(PATH).body()).contains("No refused calls in the last 100 days.");
    }

    @Test
    void operators_see_the_refusals_of_all_accounts_and_count_unknown_keys() {
        BusyAccount one = BusyAccount.in(gateway, "ci");
        one.customer.chat(body("nowhere", 5));
        gateway.post("/v1beta/models/nowhere:generateContent", "{\"contents\":[]}", one.customer.key());
        gateway.post("/v1/chat/completions", body("nowhere", 5), "sk-" + "0".repeat(64));
        gateway.execute("UPDATE person SET role = 'operator' WHERE account_id = '" + one.customer.account() + "'");
        String page = one.browser.get("/console/requests/refused").body();
        assertThat(page)
                .contains(one.customer.account(), "nowhere", "invalid_api_key")
                .doesNotContain("The API key is invalid.");
        for (String its : new String[] {page, one.browser.get(PATH).body()}) {
            assertThat(its)
                    .contains("POST /v1beta/models/…:generateContent") // no place-holder of the routes' table
                    .doesNotContain("{model");
        }
        assertThatCountsAreShownWithoutCalls(one.browser);
        assertThat(one.browser.get("/console/requests/refused?account=acc_none").body())
                .contains("No account matches.");
    }

    private static void assertThatCountsAreShownWithoutCalls(Browser operator) {
        String account = quiet.customer.account();
        long quarter = BusyAccount.NOW.minus(Duration.ofDays(3)).toEpochMilli() / 900_000 * 900_000;
        String row = "INSERT INTO refusal VALUES ('" + account + "', %d, '" + quiet.other.keyId()
                + "', 'rate_limit_exceeded', '', %d)";
        gateway.execute(row.formatted(quarter, 7_123));
        gateway.execute(row.formatted(quarter + Duration.ofDays(2).plusHours(6).toMillis(), 2));
        try {
            for (String page : List.of(
                    quiet.browser.get(PATH).body(),
                    operator.get("/console/requests/refused?account=" + account).body())) {
                assertThat(page)
                        .containsPattern("ci(</a>)?\\s*<span[^>]*>rate_limit_exceeded")
                        .containsPattern(">0</td><td[^>]*>2</td><td[^>]*>7,125</td>")
                        .contains("The reasons of these refusals are no longer known");
            }
            assertThat(operator.get("/console/requests/refused").body())
                    .containsPattern("rate_limit_exceeded(?s:.){1,900}>0</td><td[^>]*>2</td></tr>");
        } finally {
            gateway.execute("DELETE FROM refusal WHERE account_id = '" + account + "'");
        }
    }
}
