package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.Stores;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Grants as an operator gives, extends and ends them: one commit each with its row of the audit log, and nothing for wrong values. */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
@Timeout(60)
class GrantDeedsTest {

    private static final String CHAT =
            "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Say hello.\"}]}";

    @Parameter
    Stores stores;

    private static PortalServer server;

    private final Instant end = Instant.now().plus(Duration.ofDays(30)).truncatedTo(ChronoUnit.SECONDS);

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        server = PortalServer.startOn(stores);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        server.close();
    }

    @AfterEach
    void the_books_add_up() {
        server.assertBooksAreClosed();
    }

    private static PortalServer.Reply ask(String method, String account, String path, String body) {
        return server.send(method, "/admin/accounts/" + account + "/grants" + path, body, server.adminKey());
    }

    private static PortalServer.Reply post(String account, String body) {
        return ask("POST", account, "", body);
    }

    private static JsonNode get(String account) {
        return server.get("/admin/accounts/" + account + "/grants", server.adminKey())
                .json()
                .get("data");
    }

    private static JsonNode deeds(String account) {
        return server.get("/admin/audit?subject=" + account, server.adminKey())
                .json()
                .get("data");
    }

    @Test
    void a_grant_is_given_with_its_terms_and_pays_a_call() {
        Customer customer = server.customer("10");
        JsonNode given = post(
                        customer.account(),
                        "{\"credits\":5,\"expires_at\":" + end.getEpochSecond()
                                + ",\"models\":[\"gemini-2.5-*\"],\"limits\":[{\"hours\":5,\"credits\":2.5}],\"reason\":\"a gift\"}")
                .json();
        assertThat(given.get("grant").intValue()).isEqualTo(1);
        assertThat(given.get("balance").toString()).isEqualTo("15");
        JsonNode grant = get(customer.account()).get(0);
        assertThat(grant.get("kind").stringValue()).isEqualTo("gift");
        assertThat(grant.get("left").toString()).isEqualTo("5");
        assertThat(grant.get("expires_at").longValue()).isEqualTo(end.getEpochSecond());
        assertThat(grant.get("models").toString()).isEqualTo("[\"gemini-2.5-*\"]");
        assertThat(grant.at("/limits/0/credits").toString()).isEqualTo("2.5");
        JsonNode deed = deeds(customer.account()).get(0);
        assertThat(deed.get("action").stringValue()).isEqualTo("account.grant");
        assertThat(deed.at("/before/balance").toString()).isEqualTo("10");
        assertThat(deed.at("/after/balance").toString()).isEqualTo("15");
        assertThat(deed.at("/after/grant").intValue()).isEqualTo(1);
        assertThat(deed.at("/after/models/0").stringValue()).isEqualTo("gemini-2.5-*");
        assertThat(deed.at("/after/limits").stringValue()).isEqualTo("5:2500000");

        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        server.writeWhatRides();
        String paid = server.text("SELECT paid_by FROM call WHERE account_id = '" + customer.account() + "'");
        assertThat(paid).startsWith("1:");
        long charged = server.number("SELECT charged_micros FROM call WHERE account_id = '" + customer.account() + "'");
        assertThat(get(customer.account()).get(0).at("/limits/0/used").decimalValue())
                .isEqualByComparingTo(BigDecimal.valueOf(charged, 6));
    }

    @Test
    void credits_without_terms_are_general_as_before() {
        Customer customer = server.customer("10");
        assertThat(post(customer.account(), "{\"credits\":5,\"reason\":\"a gift\"}")
                        .json()
                        .has("grant"))
                .isFalse();
        assertThat(get(customer.account())).isEmpty();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            "expires_at":"2020-01-01T00:00:00Z" | expires_at | must be in the future; 2020-01-01T00:00:00Z has passed
            "expires_at":"soon" | expires_at | is "soon"; allowed is Unix seconds, or a time in UTC
            "models":["gem*ini"] | models.0 | must be the id of a model, or the beginning of ids with * at its end, like gemini-4-*, not 'gem*ini'
            "models":"gemini-3-pro" | models | must be a list
            "models":["gemini-3-pro","google/gemini-4-argon"] | models | has an entry for "google/gemini-4-argon", which is no model on sale; allowed is gemini-4-argon.
            "models":["a"] | models | has an entry for "a", which is no model on sale; allowed is the id of one, or the beginning of ids with * after it.
            "limits":[{"hours":5,"credits":2}] | limits | is only allowed with an expiry or models
            "models":["a"],"limits":[{"hours":745,"credits":2}] | limits.0.hours | is 745; allowed is a whole number from 1 to 744
            "models":["a"],"limits":[{"hours":5,"credits":0}] | limits.0.credits | is 0; allowed is above 0
            "models":["a"],"limits":[{"hours":5,"credits":-2}] | limits.0.credits | is -2; allowed is a number of credits from 0
            "models":["a"],"limits":[{"hours":5}] | limits.0.credits | is required
            "models":["a"],"limits":[{"hours":1,"credits":1},{"hours":2,"credits":1},{"hours":3,"credits":1}] | limits | ...; allowed is a list of at most 2 limits
            """)
    void a_wrong_value_is_named_and_nothing_is_given(String member, String param, String sentence) {
        Customer customer = server.customer("10");
        PortalServer.Reply reply = post(customer.account(), "{\"credits\":5,\"reason\":\"a gift\"," + member + "}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.json().at("/error/param").asString()).isEqualTo(param);
        assertThat(reply.json().at("/error/message").asString()).contains(sentence);
        assertThat(get(customer.account())).isEmpty();
        assertThat(customer.balance()).isEqualByComparingTo("10");
        assertThat(deeds(customer.account()))
                .noneSatisfy(
                        deed -> assertThat(deed.get("action").stringValue()).isEqualTo("account.grant"));
    }

    @Test
    void a_grant_under_one_id_is_given_once_and_the_33rd_is_refused() {
        Customer customer = server.customer("10");
        String body = "{\"credits\":1,\"models\":[\"gemini-2.5-pro\"],\"reason\":\"a gift\",\"id\":\"g-%d\"}";
        for (int i = 1; i <= 32; i++) {
            assertThat(post(customer.account(), body.formatted(i)).status()).isEqualTo(200);
        }
        assertThat(post(customer.account(), body.formatted(7))
                        .json()
                        .get("grant")
                        .intValue())
                .as("the number of the first time")
                .isEqualTo(7);
        assertThat(customer.balance()).isEqualByComparingTo("42");
        PortalServer.Reply refused = post(customer.account(), body.formatted(33));
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text()).contains("32 grants");
        assertThat(customer.balance()).isEqualByComparingTo("42");
    }

    @Test
    void an_id_with_other_terms_is_refused_also_after_the_expiry_was_moved() {
        Customer customer = server.customer("10");
        String account = customer.account();
        String first = "{\"credits\":1,\"models\":[\"gemini-2.5-pro\"],\"expires_at\":" + end.getEpochSecond()
                + ",\"reason\":\"a gift\",\"id\":\"g\"}";
        assertThat(post(account, first).status()).isEqualTo(200);
        long later = end.plus(Duration.ofDays(1)).getEpochSecond();
        assertThat(ask("PATCH", account, "/1", "{\"reason\":\"more\",\"expires_at\":" + later + "}")
                        .status())
                .isEqualTo(200);
        assertThat(post(account, first).status()).isEqualTo(200);
        for (String other : new String[] {
            first.replace(String.valueOf(end.getEpochSecond()), String.valueOf(later)),
            first.replace("2.5-pro", "2.5-*"),
            "{\"credits\":1,\"reason\":\"a gift\",\"id\":\"g\"}"
        }) {
            PortalServer.Reply refused = post(account, other);
            assertThat(refused.status()).as(other).isEqualTo(409);
            assertThat(refused.text()).contains("The id g was used for another action on this account.");
        }
        assertThat(customer.balance()).isEqualByComparingTo("11");
        assertThat(get(account)).hasSize(1);
    }

    @Test
    void a_reason_with_control_characters_gives_extends_and_ends_nothing() {
        Customer customer = server.customer("10");
        String account = customer.account();
        post(account, "{\"credits\":5,\"models\":[\"gemini-2.5-pro\"],\"reason\":\"a gift\"}");
        int written = deeds(account).size();
        for (String bad : new String[] {"a\\u0007gift", "a\\u0000gift", "a\\u202egift"}) {
            String reason = "\"reason\":\"" + bad + "\"}";
            for (PortalServer.Reply reply : List.of(
                    post(account, "{\"credits\":5,\"models\":[\"gemini-2.5-pro\"]," + reason),
                    ask("PATCH", account, "/1", "{\"expires_at\":" + end.getEpochSecond() + "," + reason),
                    ask("POST", account, "/1/end", "{" + reason))) {
                assertThat(reply.status()).as(bad + " " + reply.text()).isEqualTo(400);
                assertThat(reply.json().at("/error/param").asString()).isEqualTo("reason");
            }
        }
        assertThat(deeds(account)).hasSize(written);
        assertThat(get(account).at("/0/left").toString()).isEqualTo("5");
    }

    @Test
    void an_expiry_moves_later_and_never_earlier() {
        Customer customer = server.customer("10");
        String account = customer.account();
        assertThat(post(account, "{\"credits\":5,\"reason\":\"a gift\",\"expires_at\":" + end.getEpochSecond() + "}")
                        .status())
                .isEqualTo(200);
        Instant later = end.plus(Duration.ofDays(1));
        String to = "{\"reason\":\"a month more\",\"expires_at\":%d}";
        PortalServer.Reply extended = ask("PATCH", account, "/1", to.formatted(later.getEpochSecond()));
        assertThat(extended.json().get("expires_at").longValue()).isEqualTo(later.getEpochSecond());
        JsonNode deed = deeds(account).get(0);
        assertThat(deed.get("action").stringValue()).isEqualTo("grant.extend");
        assertThat(deed.at("/before/expires_at").longValue()).isEqualTo(end.getEpochSecond());
        assertThat(deed.at("/after/expires_at").longValue()).isEqualTo(later.getEpochSecond());
        int written = deeds(account).size();
        assertThat(ask("PATCH", account, "/1", to.formatted(end.getEpochSecond()))
                        .status())
                .isEqualTo(409);
        assertThat(ask("PATCH", account, "/1", to.formatted(1_000_000_000)).status())
                .isEqualTo(400);
        assertThat(ask("PATCH", account, "/2", to.formatted(later.getEpochSecond()))
                        .status())
                .isEqualTo(404);
        assertThat(ask("PATCH", account, "/x", to.formatted(later.getEpochSecond()))
                        .status())
                .isEqualTo(404);
        assertThat(deeds(account)).hasSize(written);
    }

    @Test
    void an_end_takes_what_is_left_once() {
        Customer customer = server.customer("10");
        String account = customer.account();
        post(account, "{\"credits\":5,\"models\":[\"gemini-2.5-pro\"],\"reason\":\"a gift\"}");
        String body = "{\"reason\":\"a mistake\",\"id\":\"end-1\"}";
        JsonNode ended = ask("POST", account, "/1/end", body).json();
        assertThat(ended.get("left").toString()).isEqualTo("0");
        assertThat(ended.get("ended_at").isNull()).isFalse();
        assertThat(customer.balance()).isEqualByComparingTo("10");
        JsonNode deed = deeds(account).get(0);
        assertThat(deed.get("action").stringValue()).isEqualTo("grant.end");
        assertThat(deed.at("/before/balance").toString()).isEqualTo("15");
        assertThat(deed.at("/after/balance").toString()).isEqualTo("10");
        int written = deeds(account).size();
        assertThat(ask("POST", account, "/1/end", body).status())
                .as("once more")
                .isEqualTo(200);
        assertThat(ask("POST", account, "/1/end", "{\"reason\":\"a mistake\"}").status())
                .isEqualTo(409);
        assertThat(deeds(account)).hasSize(written);
    }
}
