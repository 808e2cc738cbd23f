package dev.tollgate.customers;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.payments.Campaign;
import dev.tollgate.customers.payments.Campaigns;
import dev.tollgate.customers.payments.Voucher;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
@Timeout(60)
class VouchersTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String PASSWORD = "a sentence nobody else has";
    private static final Map<String, String> ENVIRONMENT = Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY);

    @Parameter
    Stores stores;

    private static PortalServer server;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        server = PortalServer.startOn(stores, ENVIRONMENT, "operator.password", PASSWORD);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        server.close();
    }

    @AfterEach
    void the_books_add_up() {
        server.assertBooksAreClosed();
    }

    private static List<String> made(String body) {
        PortalServer.Reply reply = server.post("/admin/vouchers", body, ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        List<String> codes = new ArrayList<>();
        reply.json().get("codes").forEach(code -> codes.add(code.asString()));
        return codes;
    }

    private static final Outcome<Long> NOT_VALID =
            refused(sentence("This code is not valid. Check that it is complete."));
    private static final Outcome<Long> USED = refused(sentence("This code was already used."));
    private static final Outcome<Long> REVOKED = refused(sentence("This code was revoked."));
    private static final Outcome<Long> EXPIRED = refused(sentence("This code has expired."));

    private static Outcome<Long> refused(Sentence why) {
        return new Outcome.Refused<>(ApiError.invalid("code", why));
    }

    private static Outcome<Long> redeem(Customer customer, String typed) {
        return server.money().vouchers().redeem(PortalServer.acting(customer), "of " + customer.account(), typed);
    }

    @Test
    void a_code_is_good_for_its_credits_once_however_it_is_typed() {
        Customer customer = server.customer("1");
        String code = made("{\"credits\":12.5,\"reason\":\"a talk\"}").getFirst();
        assertThat(code).matches("([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}");
        String typed = " "
                + code.toLowerCase(Locale.ROOT)
                        .replace("-", "")
                        .replace('1', 'l')
                        .replace('0', 'o');
        assertThat(redeem(customer, typed).isDone()).isTrue();
        assertThat(customer.balance()).isEqualByComparingTo("13.5");
        assertThat(redeem(customer, code)).isEqualTo(USED);
        assertThat(redeem(server.customer("1"), code)).isEqualTo(USED);
        JsonNode newest = server.get("/admin/vouchers?limit=1", ADMIN_KEY)
                .json()
                .get("data")
                .get(0);
        assertThat(newest.get("account").asString()).isEqualTo(customer.account());
        assertThat(newest.get("note").asString()).isEqualTo("a talk");
    }

    @Test
    void a_voucher_with_days_and_models_becomes_one_grant() {
        Customer customer = server.customer("1");
        String code = made("{\"credits\":5,\"days\":30,\"models\":[\"gemini-4-*\"],\"reason\":\"a fair\"}")
                .getFirst();
        assertThat(redeem(customer, code).isDone()).isTrue();
        assertThat(redeem(customer, code)).isEqualTo(USED);
        assertThat(customer.balance()).isEqualByComparingTo("6");
        JsonNode grant = customer.credits().at("/grants/0");
        assertThat(grant.get("kind").asString()).isEqualTo("voucher");
        assertThat(grant.get("left").toString()).isEqualTo("5");
        assertThat(grant.get("models").toString()).isEqualTo("[\"gemini-4-*\"]");
        assertThat(Duration.between(
                        Instant.parse(grant.get("starts_at").asString()),
                        Instant.parse(grant.get("expires_at").asString())))
                .isEqualTo(Duration.ofDays(30));
        JsonNode voucher =
                server.get("/admin/vouchers?limit=1", ADMIN_KEY).json().at("/data/0");
        assertThat(voucher.get("days").intValue()).isEqualTo(30);
        assertThat(voucher.get("models").toString()).isEqualTo("[\"gemini-4-*\"]");
    }

    @Test
    void a_voucher_that_would_expire_at_no_allowed_time_is_not_made() {
        for (String days : List.of("0", "3651", "1.5", "\"30\"")) {
            PortalServer.Reply reply = server.post(
                    "/admin/vouchers", "{\"credits\":5,\"days\":" + days + ",\"reason\":\"a fair\"}", ADMIN_KEY);
            assertThat(reply.status()).as(days).isEqualTo(400);
            assertThat(reply.json().at("/error/message").asString())
                    .isEqualTo("'days' is " + days + "; allowed is a whole number from 1 to 3650.");
        }
    }

    @Test
    void a_revoked_voucher_says_so_and_gives_nothing() {
        Customer customer = server.customer("1");
        List<String> codes = made("{\"credits\":5,\"count\":3,\"reason\":\"a fair\"}");
        assertThat(redeem(customer, codes.getFirst()).isDone()).isTrue();
        long last = server.number("SELECT MAX(sequence) FROM voucher");
        Browser operator = new Browser(server.url());
        operator.signIn("operator", PASSWORD);
        Map<String, String> revoke = Map.of(
                "deed",
                "voucher.revoke",
                "first",
                "" + (last - 2),
                "last",
                "" + last,
                "reason",
                "the fair was cancelled");
        String path = "/console/vouchers";
        assertThat(operator.submit(path, path, revoke).location())
                .as("those that are open")
                .isEqualTo(path + "?done=voucher.revoke&n=2");
        assertThat(redeem(customer, codes.getFirst())).isEqualTo(USED);
        assertThat(redeem(customer, codes.get(1))).isEqualTo(REVOKED);
        assertThat(redeem(server.customer("1"), codes.get(2))).isEqualTo(REVOKED);
        assertThat(customer.balance()).isEqualByComparingTo("6");
        assertThat(operator.submit(path, path, revoke).body()).contains("None of these vouchers is open");
        assertThat(server.number("SELECT COUNT(*) FROM audit_log WHERE action = 'voucher.revoke'"
                        + " AND reason = 'the fair was cancelled'"))
                .isEqualTo(1);
    }

    @Test
    void a_campaign_says_what_became_of_its_codes_and_what_they_brought() {
        Customer customer = server.customer("1");
        pays(customer, "before", 3, "stripe", 0);
        PortalServer.Reply made = server.post(
                "/admin/vouchers",
                "{\"credits\":5,\"count\":4,\"expires_at\":\"2190-01-01T00:00:00Z\",\"reason\":\"spring\"}",
                ADMIN_KEY);
        long first = made.json().get("campaign").asLong();
        assertThat(redeem(customer, made.json().at("/codes/1").asString()).isDone())
                .isTrue();
        pays(customer, "after", 10, "stripe", 4);
        pays(customer, "of a test", 50, "stripe-test", 0);
        pays(server.customer("1"), "of another", 70, "stripe", 0);
        server.post("/admin/vouchers/revoke", "{\"first\":" + first + ",\"reason\":\"a slip\"}", ADMIN_KEY);
        Campaigns campaigns = server.money().vouchers().campaigns();
        Campaign campaign = Objects.requireNonNull(campaigns.of(first + 2));
        assertThat(campaign.first()).isEqualTo(first);
        assertThat(campaign.last()).isEqualTo(first + 3);
        assertThat(campaign.counts()).isEqualTo(new Campaign.Counts(4, 1, 1, 0));
        assertThat(campaign.state()).isEqualTo(Voucher.State.OPEN);
        assertThat(campaign.expiresAt()).isEqualTo("2190-01-01T00:00:00Z");
        assertThat(campaign.givenMicros()).isEqualTo(5_000_000);
        assertThat(campaigns.paidMicros(campaign)).isEqualTo((10 - 4) * 200_000_000L);
        assertThat(campaigns.of(first + 4)).isNull();
        server.execute("DELETE FROM payment WHERE id LIKE 'of the campaign %'");
    }

    private static void pays(Customer customer, String name, long dollars, String channel, long reversed) {
        server.execute(
                "INSERT INTO payment (id, account_id, channel, created_at, net_cents, credit_micros, state, ended_at, reversed_micros)"
                        + " VALUES ('of the campaign " + name + "', '" + customer.account() + "', '" + channel
                        + "', 1, "
                        + dollars * 100 + ", " + dollars * 200_000_000 + ", 'paid', "
                        + server.now().toEpochMilli() + ", " + reversed * 200_000_000 + ")");
    }

    @Test
    void campaigns_are_found_by_their_state_a_page_at_a_time() {
        Customer customer = server.customer("1");
        String ends = ",\"expires_at\":\"2190-01-01T00:00:00Z\",\"reason\":\"";
        List<String> used = made("{\"credits\":1,\"count\":2" + ends + "states used\"}");
        used.forEach(code -> assertThat(redeem(customer, code).isDone()).isTrue());
        made("{\"credits\":1" + ends + "states open\"}");
        made("{\"credits\":1" + ends + "states over\"}");
        server.execute("UPDATE voucher SET expires_at = 1 WHERE note = 'states over'");
        long revoked = server.number("SELECT MAX(sequence) FROM voucher") + 1;
        made("{\"credits\":1" + ends + "states revoked\"}");
        server.post("/admin/vouchers/revoke", "{\"first\":" + revoked + ",\"reason\":\"a slip\"}", ADMIN_KEY);
        Campaigns campaigns = server.money().vouchers().campaigns();
        assertThat(campaigns
                        .page(Voucher.State.REDEEMED, Long.MAX_VALUE, 1)
                        .getFirst()
                        .note())
                .isEqualTo("states used");
        assertThat(campaigns
                        .page(Voucher.State.EXPIRED, Long.MAX_VALUE, 1)
                        .getFirst()
                        .note())
                .isEqualTo("states over");
        Campaign gone = campaigns.page(Voucher.State.REVOKED, Long.MAX_VALUE, 1).getFirst();
        assertThat(gone.note()).isEqualTo("states revoked");
        assertThat(gone.expiresAt()).isEqualTo("2190-01-01T00:00:00Z");
        assertThat(campaigns.page(null, gone.first(), 3))
                .extracting(Campaign::note)
                .containsExactly("states over", "states open", "states used");
        assertThat(server.get("/admin/vouchers?limit=1", ADMIN_KEY)
                        .json()
                        .at("/data/0/expires_at")
                        .asLong())
                .isEqualTo(Instant.parse("2190-01-01T00:00:00Z").getEpochSecond());
    }

    @Test
    void a_campaign_of_ten_thousand_codes_is_one_among_small_ones() {
        long before = server.number("SELECT MAX(sequence) FROM voucher");
        server.execute(
                "INSERT INTO voucher (sequence, code_hash, amount_micros, note, created_at) WITH RECURSIVE n(i) AS"
                        + " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) SELECT " + before
                        + " + i, 'large ' || i, 1000000,"
                        + " 'large', CASE WHEN i <= 10000 THEN 1 WHEN i <= 19000 THEN 1000 + i / 1000 ELSE 2 END FROM n");
        Campaigns campaigns = server.money().vouchers().campaigns();
        List<Campaign> page = campaigns.page(null, Long.MAX_VALUE, 12);
        assertThat(page).hasSize(12);
        assertThat(page.stream().mapToLong(campaign -> campaign.counts().all()).sum())
                .isEqualTo(30_000);
        assertThat(page.stream().map(campaign -> campaigns.of(campaign.last()))).containsExactlyElementsOf(page);
        assertThat(campaigns.page(null, page.getFirst().first(), 11)).isEqualTo(page.subList(1, 12));
        assertThat(server.money().vouchers().ofCampaign(page.get(11), Voucher.State.OPEN, before + 9_990, 20))
                .extracting(Voucher::sequence)
                .hasSize(10)
                .last()
                .isEqualTo(before + 10_000);
        server.execute("DELETE FROM voucher WHERE note = 'large'");
    }

    @Test
    void a_voucher_is_redeemed_on_a_clock_behind_its_makers() {
        try (PortalServer own = stores == Stores.SQLITE
                ? PortalServer.start(ENVIRONMENT)
                : PortalServer.startOn(Postgres.migrated(), ENVIRONMENT)) {
            Customer customer = own.customer("1");
            String code = own.post("/admin/vouchers", "{\"credits\":2,\"reason\":\"a talk\"}", ADMIN_KEY)
                    .json()
                    .get("codes")
                    .get(0)
                    .asString();
            own.setNow(own.now().minus(Duration.ofMinutes(5)));
            assertThat(own.money()
                            .vouchers()
                            .redeem(PortalServer.acting(customer), "somewhere", code)
                            .isDone())
                    .isTrue();
            own.assertBooksAreClosed();
        }
    }

    @Test
    void of_racing_customers_one_gets_the_credits() throws Exception {
        String code = made("{\"credits\":5,\"reason\":\"a race\"}").getFirst();
        int callers = 16;
        List<Customer> customers = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            customers.add(server.customer("1"));
        }
        CyclicBarrier begin = new CyclicBarrier(callers);
        int redeemed = 0;
        List<Outcome<Long>> lost = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
            List<Future<Outcome<Long>>> running = new ArrayList<>();
            for (Customer customer : customers) {
                running.add(threads.submit(() -> {
                    begin.await();
                    return redeem(customer, code);
                }));
            }
            for (Future<Outcome<Long>> one : running) {
                if (one.get().isDone()) {
                    redeemed++;
                } else {
                    lost.add(one.get());
                }
            }
        }
        assertThat(redeemed).isEqualTo(1);
        assertThat(lost).containsOnly(USED);
        assertThat(customers.stream().filter(customer -> customer.balance().intValue() == 6))
                .hasSize(1);
    }

    @Test
    void an_expired_code_says_so_and_an_unknown_one_is_not_valid() {
        Customer customer = server.customer("1");
        String code = made("{\"credits\":5,\"reason\":\"soon over\",\"expires_at\":\"2190-01-01T00:00:00Z\"}")
                .getFirst();
        server.execute("UPDATE voucher SET expires_at = 1 WHERE note = 'soon over'");
        assertThat(redeem(customer, code)).isEqualTo(EXPIRED);
        for (String typed : List.of("00000-00000-00000-00000", "", "x".repeat(500), "UUUUU-UUUUU-UUUUU-UUUUU")) {
            assertThat(redeem(customer, typed)).isEqualTo(NOT_VALID);
        }
        assertThat(customer.balance()).isEqualByComparingTo("1");
    }

    @Test
    void repeated_tries_have_to_wait() {
        Customer customer = server.customer("1");
        for (int i = 0; i < 10; i++) {
            assertThat(redeem(customer, "wrong")).isEqualTo(NOT_VALID);
        }
        String code = made("{\"credits\":5,\"reason\":\"too late\"}").getFirst();
        assertThatThrownBy(redeem(customer, code)::orThrow).hasMessageStartingWith("Too many tries. Try again in ");
        Customer neighbour = server.customer("1");
        assertThatThrownBy(server.money()
                        .vouchers()
                        .redeem(PortalServer.acting(neighbour), "of " + customer.account(), code)::orThrow)
                .hasMessageStartingWith("Too many tries. Try again in ");
    }

    @Test
    void good_codes_are_no_tries() {
        Customer customer = server.customer("1");
        assertThat(redeem(customer, "wrong")).isEqualTo(NOT_VALID);
        for (String code : made("{\"count\":12,\"credits\":1,\"reason\":\"of one office\"}")) {
            assertThat(redeem(customer, code).orThrow()).isEqualTo(1_000_000);
        }
        for (int i = 0; i < 9; i++) {
            assertThat(redeem(customer, "wrong")).isEqualTo(NOT_VALID);
        }
        assertThatThrownBy(redeem(customer, "wrong")::orThrow).hasMessageStartingWith("Too many tries. Try again in ");
    }

    @Test
    void codes_are_shown_once_and_not_stored() {
        List<String> codes = made("{\"count\":3,\"credits\":1,\"reason\":\"three of them\"}");
        assertThat(codes).hasSize(3).doesNotHaveDuplicates();
        String kept = server.get("/admin/vouchers", ADMIN_KEY).text()
                + server.get("/admin/audit", ADMIN_KEY).text()
                + server.text("SELECT code_hash FROM voucher WHERE note = 'three of them' ORDER BY sequence LIMIT 1");
        for (String code : codes) {
            assertThat(kept).doesNotContain(code, code.replace("-", ""));
        }
        assertThat(server.get("/admin/audit?subject=vouchers", ADMIN_KEY)
                        .json()
                        .get("data")
                        .get(0)
                        .get("after")
                        .get("count")
                        .asString())
                .isEqualTo("3");
    }

    @Test
    void an_account_that_cannot_take_the_credits_leaves_the_voucher_good() {
        String code = made("{\"credits\":7,\"reason\":\"not lost\"}").getFirst();
        assertThat(server.money().vouchers().redeem(new Acting("acc_nobody", "per_1", null, null), "somewhere", code))
                .isEqualTo(refused(sentence("This code could not be redeemed. Try again.")));
        Customer customer = server.customer("1");
        assertThat(redeem(customer, code).isDone()).isTrue();
        assertThat(customer.balance()).isEqualByComparingTo("8");
    }

    @Test
    void an_account_with_too_many_grants_reads_why_and_redeems_the_code_later() {
        Customer customer = server.customer("1");
        String grants = "/admin/accounts/" + customer.account() + "/grants";
        for (int i = 0; i < 32; i++) {
            server.post(grants, "{\"credits\":1,\"models\":[\"gemini-2.5-pro\"],\"reason\":\"a gift\"}", ADMIN_KEY);
        }
        String code = made("{\"credits\":7,\"days\":30,\"reason\":\"a fair\"}").getFirst();
        ApiError why = ((Outcome.Refused<Long>) redeem(customer, code)).why();
        assertThat(why.status()).isEqualTo(409);
        assertThat(why.param()).isEqualTo("code");
        assertThat(why.message())
                .isEqualTo(
                        "This code is good, but cannot be used now. The account has 32 grants with credits left, which is the most."
                                + " Wait until one of them is used up or expires.");
        assertThat(server.post(grants + "/3/end", "{\"reason\":\"over\"}", ADMIN_KEY)
                        .status())
                .isEqualTo(200);
        assertThat(redeem(customer, code).isDone()).isTrue();
        assertThat(redeem(customer, code)).isEqualTo(USED);
        assertThat(customer.balance()).isEqualByComparingTo("39");
    }

    @Test
    void a_voucher_that_gave_nothing_is_found_by_the_check_of_the_books() {
        Customer customer = server.customer("1");
        made("{\"credits\":3,\"reason\":\"forged\"}");
        server.execute(
                "UPDATE voucher SET account_id = '" + customer.account() + "', redeemed_at = 1 WHERE note = 'forged'");
        assertThat(server.differences())
                .singleElement()
                .asString()
                .endsWith("is redeemed by account " + customer.account() + ", which has not got its credits");
        server.execute("UPDATE voucher SET account_id = NULL, redeemed_at = NULL WHERE note = 'forged'");
    }

    @Test
    void what_is_no_voucher_is_refused_by_name() {
        for (String[] wrong : new String[][] {
            {"{\"credits\":0,\"reason\":\"nothing\"}", "credits"},
            {"{\"credits\":1,\"count\":1001,\"reason\":\"too many\"}", "count"},
            {"{\"credits\":1,\"expires_at\":\"tomorrow\",\"reason\":\"no time\"}", "expires_at"},
            {"{\"credits\":1}", "reason"}
        }) {
            PortalServer.Reply reply = server.post("/admin/vouchers", wrong[0], ADMIN_KEY);
            assertThat(reply.status()).as(wrong[0]).isEqualTo(400);
            assertThat(reply.error().get("param").asString()).isEqualTo(wrong[1]);
        }
        Instant past = Instant.parse("2020-01-01T00:00:00Z");
        assertThat(server.post(
                                "/admin/vouchers",
                                "{\"credits\":1,\"expires_at\":\"" + past + "\",\"reason\":\"over\"}",
                                ADMIN_KEY)
                        .status())
                .isEqualTo(400);
    }
}
