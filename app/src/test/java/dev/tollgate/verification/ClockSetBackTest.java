package dev.tollgate.verification;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.storage.Database;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** The clock is ten minutes ahead, the operator sets something and calls are made, then the clock is set right: the check of the books is silent. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class ClockSetBackTest {

    private static final Instant RIGHT =
            Instant.now().truncatedTo(ChronoUnit.SECONDS).plus(Duration.ofHours(1));
    private static final Instant AHEAD = RIGHT.plus(Duration.ofMinutes(10));
    private static final String MODEL = "gemini-2.5-pro";
    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":false,"max_tokens":40000,"messages":[{"role":"user","content":"Tell me"}]}""";

    @Parameter
    Stores stores;

    private Gateway gateway;
    private Customer customer;

    @BeforeEach
    void start() {
        gateway = Gateway.startOn(stores, Map.of("TOLLGATE_ADMIN_KEY", Gateway.ADMIN_KEY));
        gateway.setNow(AHEAD);
        gateway.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(700, 30_000, 20)));
        customer = gateway.customer("100");
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private JsonNode admin(String method, String path, String body) {
        Gateway.Reply reply = gateway.send(
                method,
                "/admin" + path,
                "{" + body + (body.isEmpty() ? "" : ",") + "\"reason\":\"a test\"}",
                Gateway.ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isLessThan(300);
        return reply.json();
    }

    private String ofAccount(String what) {
        return "/accounts/" + customer.account() + what;
    }

    private BigDecimal call() {
        Gateway.Reply reply = customer.chat(CALL);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().get("credits_consumed").decimalValue();
    }

    private List<String> differences() {
        gateway.await("no call runs", () -> gateway.number("SELECT COUNT(*) FROM open_hold") == 0);
        List<String> found = new ArrayList<>();
        try (Database reading = gateway.reading()) {
            new Audit(reading).run(found::add, found::add, (subject, rows) -> {});
        }
        return found;
    }

    private void assertSilent() {
        assertThat(differences()).isEmpty();
    }

    @Test
    void a_gift_pays_calls_of_an_earlier_clock() {
        admin("POST", ofAccount("/grants"), "\"credits\":40,\"models\":[\"gemini-2.5-pro\"]");
        gateway.setNow(RIGHT);
        call();
        assertThat(gateway.number("SELECT COUNT(*) FROM call WHERE paid_by IS NOT NULL"))
                .isEqualTo(1);
        assertSilent();
        gateway.setNow(RIGHT.plusSeconds(1_200));
        call();
        assertSilent();
    }

    @Test
    void a_call_that_began_before_the_first_grant_is_found_after_a_clock_went_back() {
        admin("POST", ofAccount("/grants"), "\"credits\":40,\"models\":[\"gemini-2.5-pro\"]");
        gateway.setNow(RIGHT);
        call();
        gateway.setNow(RIGHT.plusSeconds(1_200));
        call();
        gateway.execute(
                "UPDATE call SET created_at = created_at - 7200000 WHERE number = (SELECT MIN(number) FROM call)");
        assertThat(differences()).anyMatch(it -> it.contains("began before the account had any"));
        gateway.execute(
                "UPDATE call SET created_at = created_at + 7200000 WHERE number = (SELECT MIN(number) FROM call)");
        gateway.execute(
                "UPDATE call SET created_at = created_at - 7200000 WHERE number = (SELECT MAX(number) FROM call)");
        assertThat(differences()).anyMatch(it -> it.contains("began before the account had any"));
    }

    @Test
    void a_gift_may_be_ended_by_an_earlier_clock() {
        admin("POST", ofAccount("/grants"), "\"credits\":40,\"models\":[\"gemini-2.5-pro\"]");
        call();
        gateway.setNow(RIGHT);
        admin("POST", ofAccount("/grants/1/end"), "");
        call();
        assertSilent();
    }

    @Test
    void a_group_that_is_set_again_follows_the_version_in_force() {
        admin("PUT", "/groups/gold", "\"factor\":500");
        admin("PUT", ofAccount("/group"), "\"group\":\"gold\"");
        gateway.setNow(AHEAD.plusSeconds(1));
        BigDecimal half = call();
        gateway.setNow(AHEAD.plusSeconds(300));
        assertThat(call()).isEqualByComparingTo(half);
        gateway.setNow(RIGHT);
        JsonNode set = admin("PUT", "/groups/gold", "\"factor\":1000");
        assertThat(set.get("withdrawn")).isEmpty();
        assertThat(Instant.parse(set.get("from").asString())).isAfter(AHEAD.plusSeconds(299));
        assertSilent();
        gateway.setNow(AHEAD.plusSeconds(600));
        assertThat(call()).isEqualByComparingTo(half.multiply(BigDecimal.TWO));
        assertSilent();
    }

    @Test
    void an_unused_version_in_force_stays_and_an_earlier_from_is_refused() {
        admin("PUT", "/groups/gold", "\"factor\":500");
        gateway.setNow(RIGHT);
        Gateway.Reply refused = gateway.send(
                "PUT",
                "/admin/groups/gold",
                "{\"factor\":700,\"from\":\"" + RIGHT.plusSeconds(60) + "\",\"reason\":\"a test\"}",
                Gateway.ADMIN_KEY);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error().get("param").asString()).isEqualTo("from");
        JsonNode set = admin("PUT", "/groups/gold", "\"factor\":700");
        assertThat(set.get("withdrawn")).isEmpty();
        assertThat(Instant.parse(set.get("from").asString())).isBetween(AHEAD.minusSeconds(60), AHEAD.plusSeconds(60));
        JsonNode announced =
                admin("PUT", "/groups/gold", "\"factor\":800,\"from\":\"" + AHEAD.plusSeconds(3_600) + "\"");
        assertThat(announced.get("withdrawn")).isEmpty();
        JsonNode again = admin("PUT", "/groups/gold", "\"factor\":900");
        assertThat(again.get("withdrawn").toString()).isEqualTo("[\"gold.2\",\"gold.3\"]");
        assertSilent();
    }

    @Test
    void an_account_changes_its_group_after_its_calls() {
        admin("PUT", "/groups/gold", "\"factor\":500");
        BigDecimal whole = call();
        admin("PUT", ofAccount("/group"), "\"group\":\"gold\"");
        gateway.setNow(AHEAD.plusSeconds(300));
        assertThat(call()).isLessThan(whole);
        gateway.setNow(RIGHT);
        admin("PUT", ofAccount("/group"), "\"group\":null");
        assertSilent();
        gateway.setNow(AHEAD.plusSeconds(600));
        assertThat(call()).isEqualByComparingTo(whole);
        assertSilent();
    }

    @Test
    void a_price_that_is_set_again_follows_the_one_in_force() {
        admin("PUT", "/groups/gold", "\"factor\":500");
        admin("PUT", ofAccount("/group"), "\"group\":\"gold\"");
        admin("POST", "/models/" + MODEL + "/prices", "\"output\":20");
        call();
        gateway.setNow(AHEAD.plusSeconds(300));
        BigDecimal dear = call();
        gateway.setNow(RIGHT);
        admin("POST", "/models/" + MODEL + "/prices", "\"output\":10");
        assertSilent();
        gateway.setNow(AHEAD.plusSeconds(600));
        assertThat(call()).isLessThan(dear);
        assertSilent();
    }

    @Test
    void a_plan_is_set_and_given_and_ended_by_three_clocks() {
        gateway.setNow(RIGHT);
        admin("PUT", "/groups/gold", "\"factor\":500");
        gateway.setNow(AHEAD);
        admin("PUT", "/plans/day", "\"name\":\"Day\",\"cents\":0,\"period\":\"day\",\"credits\":3,\"group\":\"gold\"");
        call();
        gateway.setNow(RIGHT);
        admin("POST", ofAccount("/plan"), "\"plan\":\"day\",\"periods\":2");
        assertSilent();
        call();
        gateway.setNow(RIGHT.minusSeconds(600));
        admin("DELETE", ofAccount("/plan"), "");
        admin("POST", "/plans/day/close", "");
        assertSilent();
        gateway.setNow(RIGHT.plusSeconds(3_600));
        call();
        assertSilent();
    }
}
