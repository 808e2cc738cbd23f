package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.MailBox;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.Stores;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Start credits on a server with a real channel: each login and each identity gets them once, for good. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
@Timeout(120)
class StartCreditsTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String PASSWORD = "somebody who begins again";

    @Parameter
    Stores stores;

    private static MailBox box;
    private static PortalServer server;
    private static Instant now = Instant.parse("2026-11-20T10:00:00Z");

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        box = new MailBox();
        String[] settings =
                box.settings("sign-up.open", "true", "sign-up.credits", "7", "gemini.base-url", "http://127.0.0.1:9");
        server = PortalServer.startOn(stores, Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY), settings);
    }

    @BeforeEach
    void begin() {
        later();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        server.assertBooksAreClosed();
        server.close();
        box.close();
    }

    /** Moves the clock an hour ahead, so that earlier steps do not count against a limit. */
    private static void later() {
        now = now.plus(Duration.ofHours(1));
        server.setNow(now);
    }

    private static Browser browser() {
        return new Browser(server.url());
    }

    private static Browser member(String email, int mails) {
        browser().submit("/sign-up", "/sign-up", Map.of("email", email));
        Browser browser = browser();
        String link = box.link(email, mails);
        assertThat(browser.submit(link, link, Map.of("password", PASSWORD, "zone", "UTC"))
                        .location())
                .isEqualTo("/dashboard");
        return browser;
    }

    private static void move(Browser browser, String email, int mails) {
        String page = "/dashboard/settings/email";
        later();
        browser.submit(page, page, Map.of("deed", "change", "email", email, "password", PASSWORD));
        String link = box.link(email, mails);
        assertThat(browser.submit(link, link, Map.of()).location()).isEqualTo(page + "?done=1");
    }

    private static String account(String login) {
        return server.text("SELECT account_id FROM person WHERE login = '" + login + "'");
    }

    private static long given(String login) {
        return server.number(
                "SELECT purchased_micros FROM account JOIN person ON account.id = account_id WHERE login = '" + login
                        + "'");
    }

    private static void delete(String login) {
        assertThat(server.post("/admin/accounts/" + account(login) + "/delete", "{\"reason\":\"a test\"}", ADMIN_KEY)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void an_address_that_was_left_brings_no_second_start_credits() {
        Browser browser = member("first@example.org", 1);
        assertThat(given("first@example.org")).isEqualTo(7_000_000);
        move(browser, "second@example.org", 1);
        later();
        member("first@example.org", 4);
        assertThat(given("first@example.org")).isZero();
        delete("second@example.org");
        delete("first@example.org");
        later();
        member("first@example.org", 5);
        member("second@example.org", 2);
        assertThat(given("first@example.org")).isZero();
        assertThat(given("second@example.org")).isZero();
    }

    @Test
    void start_credits_with_days_are_a_grant_that_expires() {
        setDays("14");
        member("fortnight@example.org", 1);
        setDays("0");
        String ofAccount = " FROM credit_grant WHERE account_id = '" + account("fortnight@example.org") + "'";
        assertThat(given("fortnight@example.org")).isEqualTo(7_000_000);
        assertThat(server.text(
                        "SELECT kind || ' ' || number || ' ' || credits_micros || ' ' || models || limits || sandbox"
                                + ofAccount))
                .isEqualTo("gift 1 7000000 0");
        assertThat(server.number("SELECT expires_at" + ofAccount))
                .isEqualTo(now.plus(Duration.ofDays(14)).toEpochMilli());
        later();
        member("always@example.org", 1);
        assertThat(server.number(
                        "SELECT granted_micros FROM account WHERE id = '" + account("always@example.org") + "'"))
                .isZero();
        assertThat(given("always@example.org")).isEqualTo(7_000_000);
    }

    private static void setDays(String days) {
        String body = "{\"name\":\"sign-up.credit-days\",\"value\":\"" + days + "\",\"reason\":\"a test\"}";
        assertThat(server.post("/admin/settings", body, ADMIN_KEY).status()).isEqualTo(200);
    }

    /** Makes a person without a confirmed address, as a provider does that vouches for no address. */
    private static void unconfirmed(String id, String identity) {
        String account = server.post("/admin/accounts", "{\"name\":\"" + id + "\",\"reason\":\"a test\"}", ADMIN_KEY)
                .json()
                .get("id")
                .asString();
        String login = id + "@example.org";
        server.execute("INSERT INTO person (id, account_id, login, email, name, role, password_hash, password_due,"
                + " zone, created_at) VALUES ('usr_" + id + "', '" + account + "', '" + login + "', '" + login
                + "', '" + id + "', 'user', '', 0, 'UTC', 0)");
        server.execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_" + id + "', '"
                + account + "', 'usr_" + id + "', 'owner', 0)");
        server.execute("INSERT INTO person_identity (issuer, subject, person_id, label, linked_at) VALUES ('"
                + "https://provider.example', '" + identity + "', 'usr_" + id + "', '', 0)");
    }

    private static void confirm(String login, int mails) {
        browser().submit("/forgot", "/forgot", Map.of("login", login));
        String link = box.link(login, mails);
        Browser.Page done = browser().submit(link, link, Map.of("password", PASSWORD));
        assertThat(done.location()).as(done.body()).isEqualTo("/sign-in?said=reset");
    }

    @Test
    void an_identity_with_a_changed_address_brings_no_second_start_credits() {
        unconfirmed("known", "the same");
        confirm("known@example.org", 1);
        assertThat(given("known@example.org")).isEqualTo(7_000_000);
        server.execute("DELETE FROM person_identity WHERE subject = 'the same'"); // disconnected
        later();
        unconfirmed("changed", "the same");
        confirm("changed@example.org", 1);
        assertThat(given("changed@example.org")).isZero();
    }
}
