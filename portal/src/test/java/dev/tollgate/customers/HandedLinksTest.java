package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.PortalServer;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The ways in where no mail is sent and sign-up is closed: the operator hands over links. */
@Timeout(120)
class HandedLinksTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String OPERATOR = "the operator of the tests";
    private static final String PASSWORD = "somebody who was invited";
    private static final String OTHER = "somebody who was forgetful";
    private static final Pattern LINK = Pattern.compile("(/(?:reset|invite)/[A-Za-z0-9_-]{43})");

    private static PortalServer server;
    private static Browser operator;

    @BeforeAll
    static void start() {
        server = PortalServer.start(
                Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY, "TOLLGATE_OPERATOR_PASSWORD", OPERATOR),
                "sign-up.open",
                "false");
        operator = browser();
        operator.signIn("operator", OPERATOR);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static PortalServer.Reply admin(String path, String body) {
        return server.post(path, body, ADMIN_KEY);
    }

    private static Browser browser() {
        return new Browser(server.url());
    }

    private static String link(String text) {
        return found(LINK, text);
    }

    private static Browser join(String link) {
        Browser browser = browser();
        assertThat(browser.submit(link, link, Map.of("password", PASSWORD, "zone", "UTC"))
                        .location())
                .isEqualTo("/dashboard");
        return browser;
    }

    @Test
    void an_invitation_works_once_with_closed_sign_up_and_is_shown_once() {
        Browser.Page made = operator.submit(
                "/console/accounts",
                "/console/accounts",
                Map.of("deed", "account.invite", "email", "one@example.org", "reason", "a friend"));
        String link = link(made.body());
        assertThat(made.body()).contains(server.url() + link, "shown only once");
        assertThat(operator.get("/console/accounts").body()).doesNotContain(link);
        assertThat(browser().get("/sign-up").body()).contains("Only the operator creates accounts here");
        Browser browser = join(link);
        assertThat(browser.get("/dashboard").body()).contains("50.00");
        assertThat(browser().get(link).status()).isEqualTo(404);
        assertThat(browser().signIn("one@example.org", PASSWORD).location()).isEqualTo("/dashboard");
        assertThat(server.get("/admin/audit", ADMIN_KEY).text())
                .contains("account.invite", "\"mark\":\"")
                .doesNotContain(link, "one@example.org");
    }

    @Test
    void a_form_that_invites_and_is_sent_twice_makes_one_invitation() {
        Map<String, String> form = Map.of(
                "deed",
                "account.invite",
                "email",
                "double@example.org",
                "reason",
                "a friend",
                "once",
                "form-0123456789abcdef0123456789abcdef");
        String first = link(
                operator.submit("/console/accounts", "/console/accounts", form).body());
        assertThat(link(operator.submit("/console/accounts", "/console/accounts", form)
                        .body()))
                .isEqualTo(first);
        assertThat(server.number("SELECT COUNT(*) FROM person_link WHERE email = 'double@example.org'"))
                .isEqualTo(1);
        assertThat(
                        server.number(
                                "SELECT COUNT(*) FROM audit_log WHERE after_json ="
                                        + " (SELECT after_json FROM audit_log WHERE action = 'account.invite' ORDER BY sequence DESC LIMIT 1)"))
                .isEqualTo(1);
        Map<String, String> another = new HashMap<>(form);
        another.put("once", "form-ffffffffffffffff0123456789abcdef");
        assertThat(link(operator.submit("/console/accounts", "/console/accounts", another)
                        .body()))
                .isNotEqualTo(first);
    }

    @Test
    void an_invitation_adds_a_person_to_an_account_made_by_command() {
        Customer customer = server.customer("12");
        String made =
                admin("/admin/invitations", """
                {"email": "two@example.org", "account": "%s", "reason": "theirs"}""".formatted(customer.account())).text();
        assertThat(made).contains("\"mailed\":false");
        assertThat(join(link(made)).get("/dashboard").body()).contains("12.00");
        assertThat(server.text("SELECT account_id FROM person WHERE login = 'two@example.org'"))
                .isEqualTo(customer.account());
    }

    @Test
    void an_operators_link_sets_a_new_password_once_and_ends_all_sessions() {
        Browser browser = join(link(admin("/admin/invitations", """
                {"email": "three@example.org", "reason": "theirs"}""").text()));
        String account = server.text("SELECT account_id FROM person WHERE login = 'three@example.org'");
        assertThat(browser().get("/forgot").body()).contains("Ask its operator for a link");
        String page = "/console/accounts/" + account;
        String link = link(operator.submit(
                        page,
                        page,
                        Map.of("deed", "account.reset_link", "login", "three@example.org", "reason", "asked by phone"))
                .body());
        assertThat(browser().submit(link, link, Map.of("password", OTHER)).status())
                .isEqualTo(303);
        assertThat(browser.get("/dashboard").status()).isEqualTo(303);
        assertThat(browser().signIn("three@example.org", OTHER).location()).isEqualTo("/dashboard");
        assertThat(browser().get(link).status()).isEqualTo(404);
    }

    @Test
    void an_address_that_is_somebodys_and_what_is_no_address_are_not_invited() {
        join(link(admin("/admin/invitations", """
                {"email": "four@example.org", "reason": "theirs"}""").text()));
        assertThat(admin("/admin/invitations", """
                {"email": "Four@example.org", "reason": "again"}""").text()).contains("has an account already");
        assertThat(admin("/admin/invitations", """
                {"email": "nobody", "reason": "again"}""").status()).isEqualTo(400);
        assertThat(admin("/admin/invitations", """
                {"email": "five@example.org", "account": "acc_none", "reason": "again"}""").status()).isEqualTo(404);
        assertThat(admin("/admin/mail", "{\"to\": \"x@example.org\", \"reason\": \"a test\"}")
                        .text())
                .contains("Mails are off");
    }
}
