package dev.tollgate.protocols.batches;

import static dev.tollgate.protocols.batches.DrivenBatch.MODEL;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What changes of money do to a batch that runs: each line has the price of its start, and no line runs on less than its most. Each has a bound of 2,000
 * tokens, of which 1,800 come, and 400 of output: with a maximum of 1,000 it holds 0.525 credits at flex, and costs 0.285.
 */
@Timeout(120)
class BatchMoneyTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static Gateway gateway;
    private Customer customer;
    private String model = MODEL;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", Gateway.ADMIN_KEY));
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @BeforeEach
    void customer() {
        gateway.setNow(gateway.now()
                .plus(Duration.ofDays(2))
                .truncatedTo(ChronoUnit.DAYS)
                .plus(Duration.ofHours(12)));
        customer = gateway.customer("100");
        answersIn(0);
    }

    @AfterEach
    void price() {
        admin("POST", "/models/" + MODEL + "/prices", "\"input\":150,\"output\":750,\"cancel_scheduled\":true");
    }

    private static void answersIn(int millis) {
        gateway.script(DrivenBatch.answer(millis));
    }

    private static Gateway.Reply admin(String method, String path, String body) {
        Gateway.Reply reply =
                gateway.send(method, "/admin" + path, "{" + body + ",\"reason\":\"a test\"}", Gateway.ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isLessThan(300);
        return reply;
    }

    private static void later(Duration time) {
        gateway.setNow(gateway.now().plus(time));
    }

    private String body(String more) {
        return DrivenBatch.chat(model, "x ".repeat(968), more);
    }

    private DrivenBatch batch(int lines) {
        return DrivenBatch.of(gateway, customer, lines, body(",\"max_tokens\":1000"));
    }

    private DrivenBatch midway(int answered, int waiting) {
        return DrivenBatch.midway(gateway, customer, answered, waiting, body(",\"max_tokens\":1000"));
    }

    private void goOn() {
        later(MINUTE);
    }

    private String account(String path) {
        return "/accounts/" + customer.account() + path;
    }

    private void grant(String credits, String more) {
        admin("POST", account("/grants"), "\"credits\":" + credits + more);
    }

    private static String by(int lines, String cost, int more, String thenCost) {
        return new BigDecimal(cost)
                .multiply(BigDecimal.valueOf(lines))
                .add(new BigDecimal(thenCost).multiply(BigDecimal.valueOf(more)))
                .toString();
    }

    private static Instant midnight() {
        return gateway.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(1));
    }

    private long held() {
        return gateway.number("SELECT reserved_micros FROM account WHERE id = '" + customer.account() + "'");
    }

    private static void assertCompleted(DrivenBatch batch, String credits) {
        assertThat(batch.ended().path("status").asString()).isEqualTo("completed");
        assertThat(batch.credits("credits_consumed")).isEqualByComparingTo(credits);
        batch.assertAddsUp();
    }

    // ---- prices ----

    @Test
    void lines_that_start_after_a_move_have_the_price_of_the_group() {
        admin("PUT", "/groups/gold", "\"factor\":850");
        DrivenBatch batch = midway(4, 4);
        admin("PUT", account("/group"), "\"group\":\"gold\"");
        goOn();
        assertCompleted(batch, by(4, "0.285", 4, "0.24225"));
        assertThat(batch.credits("max_credits")).isEqualByComparingTo("4.2");
    }

    @Test
    void lines_that_start_after_a_group_is_dearer_cost_more() {
        admin("PUT", "/groups/silver", "\"factor\":850");
        admin("PUT", account("/group"), "\"group\":\"silver\"");
        goOn();
        DrivenBatch batch = midway(4, 4);
        admin("PUT", "/groups/silver", "\"factor\":1000");
        goOn();
        assertCompleted(batch, by(4, "0.24225", 4, "0.285"));
        assertThat(batch.credits("max_credits")).isEqualByComparingTo("3.57");
    }

    @Test
    void a_plan_that_ends_takes_its_price_with_it() {
        admin("PUT", "/groups/bronze", "\"factor\":850");
        admin(
                "PUT",
                "/plans/starter",
                "\"name\":\"Starter\",\"cents\":0,\"period\":\"week\",\"credits\":50,\"group\":\"bronze\"");
        admin("POST", account("/plan"), "\"plan\":\"starter\",\"periods\":1");
        goOn();
        DrivenBatch batch = midway(4, 4);
        admin("DELETE", account("/plan"), "\"id\":\"end\"");
        goOn();
        assertCompleted(batch, by(4, "0.24225", 4, "0.285"));
        assertThat(customer.balance()).isEqualByComparingTo("98.86");
    }

    @Test
    void lines_have_the_dated_price_of_their_start() {
        String from = gateway.now().plusSeconds(30).toString();
        admin("POST", "/models/" + MODEL + "/prices", "\"input\":300,\"output\":1500,\"from\":\"" + from + "\"");
        DrivenBatch batch = midway(4, 4);
        goOn();
        assertCompleted(batch, by(4, "0.285", 4, "0.57"));
        assertThat(batch.credits("max_credits")).as("at the dearest price").isEqualByComparingTo("8.4");
    }

    /** 20 lines may cost 10.5 together. After 10 the price is four times as high: 2.85 + 4 × 1.14 + 2.1 ≤ 10.5. */
    @Test
    void a_batch_waits_before_it_could_cost_more_than_its_most() {
        DrivenBatch batch = midway(10, 10);
        admin("POST", "/models/" + MODEL + "/prices", "\"input\":600,\"output\":3000");
        goOn();
        batch.awaitPause("price");
        assertThat(batch.credits("credits_consumed")).isEqualByComparingTo("8.55");
        goOn();
        admin("POST", "/models/" + MODEL + "/prices", "\"input\":150,\"output\":750");
        goOn();
        assertThat(batch.get().path("status").asString()).isIn("in_progress", "completed");
        assertCompleted(batch, by(15, "0", 5, "1.995"));
    }

    // ---- limits ----

    @Test
    void a_daily_limit_stops_a_batch_until_midnight() {
        admin("POST", account("/limits"), "\"spend\":{\"day\":1.2}");
        DrivenBatch batch = batch(5);
        batch.awaitPause("limit");
        assertThat(batch.count("completed")).as("0.57 + 0.525 are below 1.2").isEqualTo(3);
        assertThat(batch.get().path("paused").path("message").asString()).contains("limit");
        goOn();
        assertThat(batch.count("completed")).isEqualTo(3);
        gateway.setNow(midnight());
        assertCompleted(batch, by(5, "0.285", 0, "0"));
    }

    @Test
    void a_members_budget_stops_a_batch_until_it_is_raised() {
        String member = customer.member("ned", "member");
        gateway.own(customer.keyId(), member, "");
        admin("PUT", account("/budgets/" + member), "\"day\":1.2");
        DrivenBatch batch = batch(5);
        batch.awaitPause("limit");
        assertThat(batch.count("completed")).isEqualTo(3);
        admin("PUT", account("/budgets/" + member), "\"day\":12");
        goOn();
        assertCompleted(batch, by(5, "0.285", 0, "0"));
    }

    @Test
    void a_model_above_the_ceiling_of_its_key_is_an_error_line() {
        DrivenBatch batch = midway(4, 4);
        admin("PATCH", "/keys/" + customer.keyId(), "\"max_output_price\":100");
        goOn();
        assertCompleted(batch, by(4, "0.285", 0, "0"));
        assertThat(DrivenBatch.names(batch.errors()).split(" ")).hasSize(4);
        assertThat(batch.errors()).allSatisfy(line -> {
            assertThat(line.path("response").path("status_code").asInt()).isEqualTo(402);
            assertThat(line.path("response")
                            .path("body")
                            .path("error")
                            .path("code")
                            .asString())
                    .isEqualTo("price_above_limit");
        });
    }

    // ---- room ----

    /** Three lines hold 74.178 of 100; 25.822 are less than twice the most of the fourth. */
    @ParameterizedTest
    @CsvSource({"100,74178000", "30,24726000"})
    void as_much_as_a_line_holds_stays_for_other_calls(String balance, long most) {
        model = "gemini-3.7-flash"; // whose provider was never busy: four lines run at once
        customer = gateway.customer(balance);
        answersIn(700);
        DrivenBatch batch = DrivenBatch.of(gateway, customer, 5, body(""));
        AtomicLong seen = new AtomicLong();
        Gateway.await("the end", () -> {
            seen.accumulateAndGet(held(), Math::max);
            return batch.get().path("status").asString().equals("completed");
        });
        assertThat(seen.get()).isEqualTo(most);
        assertCompleted(batch, by(5, "0.285", 0, "0"));
    }

    @Test
    void a_line_above_the_balance_waits_for_credits() {
        customer = gateway.customer("24");
        DrivenBatch batch = DrivenBatch.of(gateway, customer, 2, body(""));
        batch.awaitPause("credits");
        assertThat(held()).as("nothing is held for a batch").isZero();
        grant("10", "");
        goOn();
        assertCompleted(batch, by(2, "0.285", 0, "0"));
    }

    @Test
    void a_line_that_others_leave_no_room_goes_on_when_they_end() {
        customer = gateway.customer("26");
        answersIn(1_500);
        var call = customer.chatAside(body(",\"max_tokens\":1000,\"stream\":false"));
        customer.awaitHold();
        DrivenBatch batch = DrivenBatch.of(gateway, customer, 2, body(""));
        batch.awaitStatus("in_progress");
        assertThat(call.join().status()).isEqualTo(200);
        later(Duration.ofSeconds(5));
        later(Duration.ofSeconds(5));
        assertThat(batch.ended().path("status").asString()).isEqualTo("completed");
    }

    // ---- grants ----

    /** Three lines run over the expiry, of the grant 1.575 stay for them. The fourth starts later and is paid by the general credit. */
    @Test
    void a_grant_that_expires_pays_the_lines_that_run() {
        model = "gemini-3.6-flash";
        customer = gateway.customer("0");
        grant("1", "");
        grant("20", ",\"expires_at\":\"" + midnight() + "\"");
        gateway.setNow(midnight().minusSeconds(1));
        gateway.script(DrivenBatch.busy()
                .whenAsked("later")
                .times(1)
                .next()
                .delay(3_000)
                .text("Done.", DrivenBatch.SOME)
                .finish("STOP", DrivenBatch.SOME));
        String late = body(",\"max_tokens\":1000").replace("x x x x", "later x");
        List<String> lines = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            lines.add(DrivenBatch.line("i" + i, DrivenBatch.CHAT, body(",\"max_tokens\":1000")));
        }
        lines.add(DrivenBatch.line("late", DrivenBatch.CHAT, late));
        DrivenBatch batch = DrivenBatch.ofLines(gateway, customer, DrivenBatch.CHAT, lines);
        Gateway.await("three holds", () -> held() == 1_575_000 && batch.waiting() == 1);
        gateway.setNow(midnight().plusSeconds(30));
        assertCompleted(batch, by(4, "0.285", 0, "0"));
        assertThat(customer.balance()).isEqualByComparingTo("0.715");
    }

    @Test
    void a_grant_of_another_model_does_not_pay_and_the_pause_says_so() {
        customer = gateway.customer("0");
        grant("0.3", "");
        grant("50", ",\"models\":[\"gemini-2.5-pro\"]");
        DrivenBatch batch = batch(3);
        batch.awaitPause("credits");
        assertThat(batch.get().path("paused").path("message").asString())
                .startsWith("Grant 1 (50 credits) serves only gemini-2.5-pro.");
        grant("10", "");
        goOn();
        assertCompleted(batch, by(3, "0.285", 0, "0"));
    }
}
