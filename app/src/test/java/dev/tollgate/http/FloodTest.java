package dev.tollgate.http;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.keys.CustomerKeys.NewKey;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.MailBox;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Mails and changes that one person or network causes without end: counted in the database, on PostgreSQL on two servers. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
@Timeout(300)
class FloodTest {

    private static final String PASSWORD = "somebody with many addresses";
    private static final Duration RESETS_ARE_GOOD = Duration.ofMinutes(30);
    private static final String OPERATORS = "a long enough operator";

    @Parameter
    Stores stores;

    private static MailBox box;
    private static Gateway gateway;
    private static Gateway other;
    private static Instant now = Instant.parse("2026-11-20T10:00:00Z");
    private static int networks;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        box = new MailBox();
        String[] settings =
                box.settings("sign-up.open", "true", "http.trusted-hops", "1", "operator.password", OPERATORS);
        if (stores == Stores.SQLITE) {
            gateway = Gateway.start(settings);
            other = gateway;
        } else {
            String shared = Postgres.migrated();
            gateway = Gateway.startOn(shared, settings);
            other = Gateway.startOn(shared, settings);
        }
    }

    @BeforeEach
    void begin() {
        later(Duration.ofDays(2));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        if (other != gateway) {
            other.close();
        }
        gateway.close();
        box.close();
    }

    private static void later(Duration time) {
        now = now.plus(time);
        gateway.setNow(now);
        other.setNow(now);
    }

    private static String network() {
        networks++;
        return "198." + (18 + networks / 250) + "." + networks % 250;
    }

    private static Browser at(Gateway node, String address) {
        return new Browser(node.url(), node.url(), Map.of("x-forwarded-for", address));
    }

    /** Alternates between the nodes. */
    private static Gateway node(int i) {
        return i % 2 == 0 ? gateway : other;
    }

    private static Supplier<Browser.Page> signUp(int i, String address, String email) {
        return at(node(i), address).opened("/sign-up", "/sign-up", Map.of("email", email));
    }

    private static Supplier<Browser.Page> forgot(int i, String address, String login) {
        return at(node(i), address).opened("/forgot", "/forgot", Map.of("login", login));
    }

    private static Browser member(String email) {
        String address = network() + ".1";
        signUp(0, address, email).get();
        Browser browser = at(gateway, address);
        String link = box.link(email, 1);
        assertThat(browser.submit(link, link, Map.of("password", PASSWORD, "zone", "UTC"))
                        .location())
                .isEqualTo("/dashboard");
        return browser;
    }

    private static List<Browser.Page> atOnce(List<Supplier<Browser.Page>> sent) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return sent.stream().map(each -> CompletableFuture.supplyAsync(each, threads)).toList().stream()
                    .map(CompletableFuture::join)
                    .toList();
        }
    }

    private static long mailsTo(String domain) {
        return gateway.number("SELECT COUNT(*) FROM outgoing_mail WHERE recipient LIKE '%@" + domain + "'");
    }

    @Test
    void a_person_has_three_new_addresses_an_hour_and_ten_a_day() {
        String domain = "p" + network() + ".example";
        Browser person = member("many" + networks + "@example.org");
        List<Supplier<Browser.Page>> asked = IntStream.range(0, 12)
                .mapToObj(i -> person.opened(
                        "/dashboard/settings/email",
                        "/dashboard/settings/email",
                        Map.of("email", "a" + i + "@" + domain)))
                .toList();
        List<Browser.Page> pages = atOnce(asked);
        assertThat(pages.stream().filter(page -> page.status() == 303)).hasSize(3);
        assertThat(mailsTo(domain)).isEqualTo(3);
        for (int hour = 0; hour < 5; hour++) {
            later(Duration.ofHours(1));
            for (int i = 0; i < 4; i++) {
                person.submit(
                        "/dashboard/settings/email",
                        "/dashboard/settings/email",
                        Map.of("email", "b" + hour + i + "@" + domain, "password", PASSWORD));
            }
        }
        assertThat(mailsTo(domain)).isEqualTo(10);
    }

    @Test
    void a_network_has_twenty_mails_to_unconfirmed_addresses_an_hour() {
        String network = network();
        List<Browser.Page> refused = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
            List<Supplier<Browser.Page>> asked = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                asked.add(signUp(i, network + ".7", "a" + i + "@r" + round + "." + network + ".example"));
            }
            atOnce(asked).stream().filter(page -> page.status() == 422).forEach(refused::add);
            later(Duration.ofMinutes(6)); // the waits between asks are over, the hour is not
        }
        assertThat(mailsTo("%" + network + ".example")).isEqualTo(20);
        assertThat(refused).hasSize(16).allSatisfy(page -> assertThat(page.body())
                .contains("Too many mails were asked for. Try again in"));
        assertThat(signUp(0, network() + ".7", "a@free." + network + ".example")
                        .get()
                        .location())
                .isEqualTo("/sign-up?sent=1");
    }

    @Test
    void a_domain_gets_ten_mails_an_hour_from_one_network() {
        String network = network();
        String domain = "d" + network + ".example";
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 5; i++) {
                signUp(i, network + ".7", "a" + round + i + "@" + domain).get();
            }
            later(Duration.ofMinutes(6));
        }
        assertThat(mailsTo(domain)).isEqualTo(10);
        assertThat(signUp(0, network + ".7", "a@other" + domain).get().status()).isEqualTo(303);
        assertThat(signUp(0, network() + ".7", "a@" + domain).get().status()).isEqualTo(303);
        assertThat(mailsTo(domain)).isEqualTo(11);
    }

    @Test
    void addresses_of_one_wide_network_share_the_mails_of_eight() {
        String network = network();
        for (int i = 0; i < 180; i++) {
            signUp(i, network + "." + i, "a@w" + i + "." + network + ".example").get();
            if (i % 30 == 29) {
                later(Duration.ofMinutes(6));
            }
        }
        assertThat(mailsTo("%" + network + ".example")).isEqualTo(160);
    }

    @Test
    void no_flood_of_mails_stops_a_reset() {
        String owner = "owner" + networks + "@example.org";
        Browser browser = member(owner);
        browser.submit("/dashboard", "/sign-out", Map.of());
        String network = network();
        for (int i = 0; i < 30; i++) {
            signUp(i, network + ".7", "a" + i + "@f" + i + "." + network + ".example")
                    .get();
        }
        assertThat(signUp(0, network + ".7", "a@more.example").get().status()).isEqualTo(422);
        assertThat(forgot(1, network + ".7", owner).get().location()).isEqualTo("/forgot?sent=1");
        assertThat(box.link(owner, 2)).startsWith("/reset/");
        for (int i = 0; i < 30; i++) { // strangers ask for the same login
            forgot(i, network() + ".7", owner).get();
        }
        String link = box.link(owner, 4);
        later(RESETS_ARE_GOOD.minusSeconds(1));
        assertThat(browser.get(link).status()).as("the last link is still good").isEqualTo(200);
        later(Duration.ofSeconds(2));
        assertThat(forgot(0, network() + ".7", owner).get().location()).isEqualTo("/forgot?sent=1");
        assertThat(box.link(owner, 5)).startsWith("/reset/");
    }

    @Test
    void what_an_unknown_login_asks_for_is_answered_like_a_known_one() {
        String owner = "alike" + networks + "@example.org";
        member(owner);
        String network = network();
        for (int i = 0; i < 5; i++) {
            assertThat(forgot(i, network + ".7", owner).get().location())
                    .isEqualTo(forgot(i, network + ".7", "nobody" + owner).get().location());
        }
    }

    // ---- changes ----

    private static String account(String email) {
        return gateway.text("SELECT account_id FROM person WHERE login = '" + email + "'");
    }

    private static String managementKey(String email) {
        KeySettings choice = KeySettings.named("manager").withKind(KeyKind.MANAGEMENT);
        return gateway.commands().createKey(account(email), choice).secret();
    }

    private static Gateway.Reply delete(int i, String id, String key) {
        return node(i).send(HttpRequest.newBuilder(URI.create(node(i).url() + "/v1/keys/" + id))
                .header("Authorization", "Bearer " + key)
                .DELETE());
    }

    @Test
    void an_account_makes_a_hundred_keys_a_day_and_replaces_as_many() {
        String email = "keys" + networks + "@example.org";
        member(email);
        String key = managementKey(email);
        List<Gateway.Reply> made = new ArrayList<>();
        for (int i = 0; i < 110; i++) {
            Gateway.Reply reply = node(i).post("/v1/keys", "{\"name\":\"k" + i + "\"}", key);
            made.add(reply);
            if (reply.status() == 201) {
                assertThat(delete(i, reply.json().get("id").asString(), key).status())
                        .isEqualTo(204);
            }
        }
        assertThat(made.stream().filter(reply -> reply.status() == 201)).hasSize(100);
        Gateway.Reply last = made.getLast();
        assertThat(last.status()).isEqualTo(429);
        assertThat(last.json().get("error").get("code").asString()).isEqualTo("rate_limit_exceeded");
        assertThat(Long.parseLong(last.header("retry-after"))).isBetween(1L, 86_400L);
        later(Duration.ofDays(1));
        Gateway.Reply one = other.post("/v1/keys", "{\"name\":\"another\"}", key);
        assertThat(one.status()).isEqualTo(201);
        String id = one.json().get("id").asString();
        long replaced = IntStream.range(0, 105)
                .filter(i ->
                        node(i).post("/v1/keys/" + id + "/rotate", "{}", key).status() == 200)
                .count();
        assertThat(replaced).isEqualTo(100);
        assertThat(delete(0, id, key).status())
                .as("a key can always be stopped")
                .isEqualTo(204);
    }

    @Test
    void a_person_saves_three_hundred_changes_a_day() {
        Browser browser = member("saver" + networks + "@example.org");
        String path = "/dashboard/settings/notices";
        String page = browser.get(path).body();
        long version = Long.parseLong(found("name=\"version\" value=\"([0-9]+)\"", page));
        String token = found("name=\"csrf\" value=\"([^\"]+)\"", page);
        int saved = 0;
        Browser.Page last = null;
        for (int i = 0; i < 305; i++) {
            last = browser.post(
                    path,
                    token,
                    Map.of(
                            "version",
                            String.valueOf(version + saved),
                            "unit",
                            "credits",
                            "line",
                            String.valueOf(i + 1)));
            saved += last.status() == 303 ? 1 : 0;
        }
        assertThat(saved).isEqualTo(300);
        assertThat(last.status()).isEqualTo(429);
        assertThat(last.body()).contains("300 changes within a day");
    }

    @Test
    void a_deleted_key_without_calls_is_erased_after_a_day() {
        String email = "gone" + networks + "@example.org";
        member(email);
        CustomerKeys keys = gateway.app().people().keys();
        String account = account(email);
        String unused = made(keys, account);
        String used = made(keys, account);
        String kept = made(keys, account);
        gateway.execute("UPDATE api_key SET last_used_at = 1 WHERE id = '" + used + "'");
        keys.delete(by(account), unused);
        keys.delete(by(account), used);
        later(Duration.ofHours(23));
        keys.forgetUnused();
        assertThat(keys.ever(account, unused)).isPresent();
        later(Duration.ofHours(2));
        keys.forgetUnused();
        assertThat(keys.ever(account, unused)).isEmpty();
        assertThat(keys.ever(account, used)).isPresent();
        assertThat(keys.ever(account, kept)).isPresent();
    }

    /** Where another node holds the row, a call does not wait to note its time. */
    @Test
    void a_deleted_key_with_calls_stays_without_a_time() {
        Customer customer = gateway.customer("10");
        assertThat(customer.chat(
                                "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}")
                        .status())
                .isEqualTo(200);
        CustomerKeys keys = gateway.app().people().keys();
        keys.delete(by(customer.account()), customer.keyId());
        gateway.execute("UPDATE api_key SET last_used_at = NULL WHERE id = '" + customer.keyId() + "'");
        later(Duration.ofHours(25));
        keys.forgetUnused();
        assertThat(keys.ever(customer.account(), customer.keyId())).isPresent();
    }

    private static Acting by(String account) {
        return new Acting(account, account, null, null);
    }

    private static String made(CustomerKeys keys, String account) {
        return keys.create(by(account), NewKey.ofAccount(KeySettings.named("made")), null)
                .orThrow()
                .key()
                .id();
    }
}
