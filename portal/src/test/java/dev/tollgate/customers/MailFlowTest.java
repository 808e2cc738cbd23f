package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.MailBox;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.SocketOnly;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sign-up, reset and confirmation by mail, over a real mail server. */
@Timeout(120)
class MailFlowTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String PASSWORD = "somebody who gets mails";
    private static final String OTHER = "another one who gets mails";
    private static final String MAYBE = "If this address can be used, a mail is on its way.";

    private static MailBox box;
    private static PortalServer server;
    private static Instant now;

    @BeforeAll
    static void start() {
        box = new MailBox();
        server = PortalServer.start(
                Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY),
                box.settings("sign-up.open", "true", "sign-up.credits", "7", "gemini.base-url", "http://127.0.0.1:9"));
        now = Instant.parse("2026-11-20T10:00:00Z");
    }

    /** Long enough that no test waits for a limit that another test has used. */
    @BeforeEach
    void later() {
        now = now.plus(Duration.ofHours(1));
        server.setNow(now);
    }

    @AfterAll
    static void stop() {
        server.close();
        box.close();
    }

    private static void pass(Duration time) {
        now = now.plus(time);
        server.setNow(now);
    }

    private static PortalServer.Reply admin(String path, String body) {
        return server.post(path, body, ADMIN_KEY);
    }

    private static Browser browser() {
        return new Browser(server.url());
    }

    private static Browser.Page askToSignUp(String email) {
        return browser().submit("/sign-up", "/sign-up", Map.of("email", email));
    }

    /** Somebody with an account, signed in. */
    private static Browser member(String email) {
        askToSignUp(email);
        Browser browser = browser();
        String link = box.link(email, 1);
        Browser.Page in = browser.submit(link, link, Map.of("password", PASSWORD, "zone", "UTC"));
        assertThat(in.location()).as(in.body()).isEqualTo("/dashboard");
        return browser;
    }

    private static Browser.Page forgot(String email) {
        return browser().submit("/forgot", "/forgot", Map.of("login", email));
    }

    // ---- signing up ----

    @Test
    void an_account_is_made_by_the_link_of_a_mail_and_begins_with_credits_for_its_address_is_confirmed() {
        Browser.Page asked = askToSignUp("new@example.org");
        assertThat(asked.location()).isEqualTo("/sign-up?sent=1");
        assertThat(browser().get("/sign-up?sent=1").body()).contains(MAYBE);
        String link = box.link("new@example.org", 1);
        assertThat(server.number("SELECT COUNT(*) FROM person WHERE login = 'new@example.org'"))
                .isZero();
        browser().get(link); // a scanner
        browser().get(link);
        Browser browser = browser();
        assertThat(browser.submit(link, link, Map.of("password", "short")).status())
                .isEqualTo(422);
        assertThat(browser.submit(link, link, Map.of("password", PASSWORD, "zone", "UTC"))
                        .location())
                .isEqualTo("/dashboard");
        assertThat(browser.get("/dashboard").body()).contains("7.00");
        assertThat(server.number("SELECT COUNT(*) FROM person WHERE login = 'new@example.org' AND confirmed_at > 0"))
                .isEqualTo(1);
        assertThat(browser().get(link).status()).isEqualTo(404);
    }

    @Test
    void a_link_to_sign_up_is_good_for_a_day() {
        askToSignUp("late@example.org");
        String link = box.link("late@example.org", 1);
        pass(Duration.ofHours(25));
        assertThat(browser().get(link).status()).isEqualTo(404);
    }

    @Test
    void a_link_that_was_asked_for_while_sign_up_was_open_makes_no_account_once_it_is_closed() {
        try (MailBox mails = new MailBox();
                PortalServer small = PortalServer.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY), mails.settings())) {
            Browser browser = new Browser(small.url());
            browser.submit("/sign-up", "/sign-up", Map.of("email", "tardy@example.org"));
            String link = mails.link("tardy@example.org", 1);
            Supplier<Browser.Page> form = browser.opened(link, link, Map.of("password", PASSWORD, "zone", "UTC"));
            setOpen(small, false);
            assertThat(browser.get(link).body()).contains("Sign-up is closed");
            assertThat(form.get().body()).contains("Sign-up is closed");
            assertThat(small.number("SELECT COUNT(*) FROM person WHERE login = 'tardy@example.org'"))
                    .isZero();
            setOpen(small, true);
            assertThat(form.get().location()).as("it was not spent").isEqualTo("/dashboard");
        }
    }

    private static void setOpen(PortalServer server, boolean open) {
        String body = "{\"name\": \"sign-up.open\", \"value\": \"" + open + "\", \"reason\": \"a test\"}";
        assertThat(server.post("/admin/settings", body, ADMIN_KEY).status()).isEqualTo(200);
    }

    @Test
    void sign_up_and_reset_say_the_same_of_addresses_that_are_known_and_of_those_that_are_not() {
        member("known@example.org");
        assertThat(askToSignUp("known@example.org").location())
                .isEqualTo(askToSignUp("unknown@example.org").location());
        assertThat(MailBox.text(box.to("known@example.org", 2).getLast()))
                .contains("You already have one.", MailBox.SITE + "/sign-in")
                .doesNotContain("/confirm/");
        box.to("unknown@example.org", 1);
        Browser.Page known = forgot("known@example.org");
        Browser.Page unknown = forgot("stranger@example.org");
        assertThat(known.location()).isEqualTo(unknown.location()).isEqualTo("/forgot?sent=1");
        assertThat(browser().get("/forgot?sent=1").body()).contains(MAYBE);
        box.to("known@example.org", 3);
        assertThat(box.now("stranger@example.org")).isEmpty();
    }

    @Test
    void an_address_is_sent_a_few_mails_and_then_no_more_for_a_while_with_the_same_answer() {
        for (int i = 0; i < 6; i++) {
            assertThat(askToSignUp("flooded@example.org").location()).isEqualTo("/sign-up?sent=1");
        }
        box.to("flooded@example.org", 3);
        assertThat(server.number("SELECT COUNT(*) FROM outgoing_mail WHERE recipient = 'flooded@example.org'"))
                .isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a@example.org\r\nBcc: b@example.org",
                "a@example.org,b@example.org",
                "a@example.org>\r\nRCPT TO:<b@example.org",
                "\"a\nb\"@example.org"
            })
    void what_is_typed_as_an_address_never_becomes_a_header_or_a_second_recipient(String typed)
            throws MessagingException {
        assertThat(askToSignUp(typed).status()).isEqualTo(422);
        forgot(typed);
        askToSignUp("after" + typed.hashCode() + "@example.org");
        MimeMessage mail =
                box.to("after" + typed.hashCode() + "@example.org", 1).getFirst();
        assertThat(mail.getAllRecipients()).hasSize(1);
        assertThat(box.now("b@example.org")).isEmpty();
        assertThat(server.number("SELECT COUNT(*) FROM outgoing_mail WHERE recipient LIKE '%b@example.org%'"))
                .isZero();
    }

    // ---- a new password ----

    @Test
    void a_link_sets_a_password_once_ends_all_sessions_and_is_reported_by_mail() {
        Browser before = member("forgetful@example.org");
        forgot("forgetful@example.org");
        String link = box.link("forgetful@example.org", 2);
        assertThat(link).startsWith("/reset/");
        assertThat(browser().get(link).status()).isEqualTo(200);
        assertThat(before.get("/dashboard").status()).isEqualTo(200);
        List<CompletableFuture<Browser.Page>> both = Stream.of(browser(), browser())
                .map(each -> each.opened(link, link, Map.of("password", OTHER)))
                .toList()
                .stream()
                .map(CompletableFuture::supplyAsync)
                .toList();
        assertThat(both.stream().map(CompletableFuture::join).map(Browser.Page::location))
                .as("two at the same moment")
                .containsOnlyOnce("/sign-in?said=reset");
        assertThat(before.get("/dashboard").status()).isEqualTo(303);
        assertThat(browser().signIn("forgetful@example.org", PASSWORD).status()).isEqualTo(422);
        assertThat(browser().signIn("forgetful@example.org", OTHER).location()).isEqualTo("/dashboard");
        assertThat(browser().get(link).status()).isEqualTo(404);
        assertThat(MailBox.text(box.to("forgetful@example.org", 3).getLast()))
                .contains("was changed", MailBox.SITE + "/forgot");
    }

    @Test
    void a_link_for_a_password_is_good_for_half_an_hour_and_one_use_ends_the_others() {
        member("slow@example.org");
        forgot("slow@example.org");
        String first = box.link("slow@example.org", 2);
        pass(Duration.ofMinutes(31));
        assertThat(browser().get(first).status()).isEqualTo(404);
        forgot("slow@example.org");
        String second = box.link("slow@example.org", 3);
        forgot("slow@example.org");
        String third = box.link("slow@example.org", 4);
        assertThat(browser().submit(second, second, Map.of("password", OTHER)).status())
                .isEqualTo(303);
        assertThat(browser().get(third).status()).isEqualTo(404);
    }

    @Test
    void a_changed_password_is_reported_by_mail() {
        Browser browser = member("changer@example.org");
        browser.submit(
                "/dashboard/settings/security",
                "/dashboard/settings/security",
                Map.of("deed", "password", "present", PASSWORD, "password", OTHER));
        assertThat(MailBox.text(box.to("changer@example.org", 2).getLast())).contains("was changed");
    }

    @Test
    void a_password_set_by_link_signs_in_despite_earlier_failed_tries() {
        Browser known = member("guesser@example.org");
        known.submit("/dashboard", "/sign-out", Map.of());
        Browser unknown = browser();
        for (Browser each : List.of(known, unknown)) {
            for (int i = 0; i < 6; i++) {
                each.signIn("guesser@example.org", "not the password any more");
            }
            assertThat(each.signIn("guesser@example.org", PASSWORD).body()).contains("Too many tries");
        }
        forgot("guesser@example.org");
        String link = box.link("guesser@example.org", 2);
        known.submit(link, link, Map.of("password", OTHER));
        assertThat(known.signIn("guesser@example.org", OTHER).location()).isEqualTo("/dashboard");
        assertThat(unknown.signIn("guesser@example.org", OTHER).location()).isEqualTo("/dashboard");
    }

    @Test
    void a_new_password_by_a_mail_confirms_the_address_and_brings_the_credits_that_waited_for_it() {
        String account = admin("/admin/accounts", "{\"name\":\"early\",\"reason\":\"a test\"}")
                .json()
                .get("id")
                .asString();
        server.execute(
                "INSERT INTO person (id, account_id, login, email, name, role, password_hash, password_due, zone,"
                        + " created_at) VALUES ('usr_early', '" + account
                        + "', 'early@example.org', 'early@example.org', 'early',"
                        + " 'user', '', 0, 'UTC', 0)");
        server.execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_early', '"
                + account + "', 'usr_early', 'owner', 0)");
        forgot("early@example.org");
        String link = box.link("early@example.org", 1);
        assertThat(browser().submit(link, link, Map.of("password", OTHER)).location())
                .isEqualTo("/sign-in?said=reset");
        assertThat(server.number("SELECT confirmed_at FROM person WHERE id = 'usr_early'"))
                .isPositive();
        assertThat(server.number("SELECT balance_micros FROM account WHERE id = '" + account + "'"))
                .isEqualTo(7_000_000);
    }

    // ---- another address ----

    @Test
    void who_has_no_address_is_promised_no_notice_there() {
        Browser browser = member("none@example.org");
        String email = "/dashboard/settings/email";
        assertThat(browser.get(email).body()).contains("Your current address gets a notice");
        server.execute("UPDATE person SET email = NULL WHERE login = 'none@example.org'");
        assertThat(browser.get(email).body()).doesNotContain("Your current address gets a notice");
    }

    private static void askToChange(Browser browser, String email) {
        String page = "/dashboard/settings/email";
        assertThat(browser.submit(page, page, Map.of("deed", "change", "email", email))
                        .location())
                .isEqualTo(page + "?sent=1");
    }

    @Test
    void a_new_password_takes_back_what_was_asked_for_with_the_old_one() {
        Browser thief = member("robbed@example.org");
        Browser owner = browser();
        owner.signIn("robbed@example.org", PASSWORD);
        askToChange(thief, "thief@example.org");
        assertThat(MailBox.text(box.to("robbed@example.org", 2).getLast()))
                .contains("If this was not you, change your password now");
        forgot("robbed@example.org");
        String reset = box.link("robbed@example.org", 3);
        String change = box.link("thief@example.org", 1);
        owner.submit(
                "/dashboard/settings/security",
                "/dashboard/settings/security",
                Map.of("deed", "password", "present", PASSWORD, "password", OTHER));
        assertThat(browser().get(change).status()).as("to the thief's address").isEqualTo(404);
        assertThat(browser().get(reset).status()).as("to another password").isEqualTo(404);
        assertThat(browser().signIn("robbed@example.org", OTHER).location()).isEqualTo("/dashboard");
    }

    @Test
    void only_the_last_requested_address_can_be_confirmed() {
        Browser browser = member("typist@example.org");
        askToChange(browser, "tyqist@example.net");
        String mistyped = box.link("tyqist@example.net", 1);
        askToChange(browser, "typist@example.net");
        String right = box.link("typist@example.net", 1);
        assertThat(browser().get(mistyped).status()).isEqualTo(404);
        assertThat(browser.submit(right, right, Map.of()).location()).isEqualTo("/dashboard/settings/email?done=1");
    }

    @Test
    void who_reads_the_mails_of_an_address_that_was_left_gets_in_by_none_of_them() {
        Browser browser = member("leaver@example.org");
        forgot("leaver@example.org");
        String reset = box.link("leaver@example.org", 2);
        askToChange(browser, "leaver@example.net");
        String link = box.link("leaver@example.net", 1);
        browser.submit(link, link, Map.of());
        assertThat(browser().get(reset).status()).isEqualTo(404);
    }

    @Test
    void a_new_address_counts_after_its_link_and_the_old_one_gets_a_mail() {
        Browser browser = member("old@example.org");
        String page = "/dashboard/settings/email";
        pass(Duration.ofMinutes(11));
        assertThat(browser.submit(page, page, Map.of("deed", "change", "email", "new-one@example.org"))
                        .status())
                .isEqualTo(422); // without the password
        assertThat(browser.submit(
                                page,
                                page,
                                Map.of("deed", "change", "email", "new-one@example.org", "password", PASSWORD))
                        .location())
                .isEqualTo(page + "?sent=1");
        assertThat(MailBox.text(box.to("old@example.org", 2).getLast()))
                .contains("as soon as the new one is confirmed");
        String link = box.link("new-one@example.org", 1);
        browser().get(link);
        assertThat(browser().signIn("new-one@example.org", PASSWORD).status()).isEqualTo(422);
        assertThat(browser.submit(link, link, Map.of()).location()).isEqualTo(page + "?done=1");
        assertThat(browser().signIn("new-one@example.org", PASSWORD).location()).isEqualTo("/dashboard");
        assertThat(browser().signIn("old@example.org", PASSWORD).status()).isEqualTo(422);
        assertThat(MailBox.text(box.to("old@example.org", 3).getLast())).contains("no longer go to this address");
    }

    @Test
    void another_persons_address_is_not_taken_and_not_revealed() {
        member("owner@example.org");
        Browser browser = member("taker@example.org");
        String page = "/dashboard/settings/email";
        assertThat(browser.submit(page, page, Map.of("deed", "change", "email", "owner@example.org"))
                        .location())
                .isEqualTo(page + "?sent=1");
        String link = box.link("owner@example.org", 2);
        assertThat(browser.submit(link, link, Map.of()).status()).isEqualTo(404);
        assertThat(browser().signIn("owner@example.org", PASSWORD).location()).isEqualTo("/dashboard");
    }

    @Test
    void mails_to_a_deleted_person_are_erased_in_every_spelling_of_the_address() {
        Browser browser = member("gone@example.org");
        askToSignUp("GONE@example.org");
        box.to("GONE@example.org", 1);
        String page = "/dashboard/settings/data";
        assertThat(browser.submit(page, page, Map.of("login", "gone@example.org"))
                        .location())
                .isEqualTo("/sign-in?said=deleted");
        assertThat(server.number("SELECT COUNT(*) FROM outgoing_mail WHERE lower(recipient) = 'gone@example.org'"))
                .isZero();
    }

    // ---- invitations ----

    @Test
    void an_invitation_goes_by_mail_and_its_address_counts_as_confirmed() {
        String body = admin("/admin/invitations", """
                {"email": "guest@example.org", "reason": "a colleague"}""").text();
        assertThat(body).contains("\"mailed\":true", "\"link\":null");
        String link = box.link("guest@example.org", 1);
        assertThat(link).startsWith("/invite/");
        Browser browser = browser();
        browser.get(link);
        assertThat(browser.submit(link, link, Map.of("password", PASSWORD, "zone", "UTC"))
                        .location())
                .isEqualTo("/dashboard");
        assertThat(browser.get("/dashboard").body()).contains("7.00").doesNotContain("not confirmed");
        assertThat(browser().get(link).status()).isEqualTo(404);
    }

    @Test
    void a_test_mail_says_whether_mails_arrive() {
        assertThat(admin("/admin/mail", "{\"to\": \"tester@example.org\", \"reason\": \"a test\"}")
                        .status())
                .isEqualTo(202);
        assertThat(MailBox.text(box.to("tester@example.org", 1).getFirst())).contains("Mails from this server arrive.");
        StringWriter said = new StringWriter();
        String[] command = {
            "mail", "test", "commander@example.org", "--data", server.data().toString()
        };
        assertThat(SocketOnly.run(new PrintWriter(said), command))
                .as(said.toString())
                .isZero();
        assertThat(MailBox.text(box.to("commander@example.org", 1).getFirst()))
                .contains("Mails from this server arrive.");
        assertThat(server.get("/admin/audit", ADMIN_KEY).text())
                .containsPattern("control socket[^}]*mail.test[^}]*.mark.:.[0-9a-f]{16}");
        PortalServer.await(
                "it is noted",
                () -> server.get("/admin/mail", ADMIN_KEY).text().matches(".*\"on\":true,\"sent_at\":[0-9]{10}.*"));
    }

    // ---- sending ----

    /** A round that has sent one mail may have others behind it: it is over when a mail of the next one has come. */
    private static void roundsPass(String name) {
        for (String each : List.of(name + "1@example.org", name + "2@example.org")) {
            askToSignUp(each);
            box.to(each, 1);
        }
    }

    @Test
    void a_mail_that_the_server_does_not_take_is_tried_again_and_texts_are_gone_when_it_is_sent() throws Exception {
        box.shut();
        askToSignUp("patient@example.org");
        PortalServer.await(
                "it was tried",
                () -> server.number("SELECT COUNT(*) FROM outgoing_mail WHERE reason IS NOT NULL"
                                + " AND recipient = 'patient@example.org'")
                        == 1);
        box.reopen();
        roundsPass("second");
        assertThat(box.now("patient@example.org")).isEmpty(); // not before its time
        pass(Duration.ofMinutes(1));
        askToSignUp("third@example.org");
        MimeMessage mail = box.to("patient@example.org", 1).getFirst();
        assertThat(mail.getHeader("Auto-Submitted")).containsExactly("auto-generated");
        assertThat(mail.getHeader("Message-ID")).hasSize(1);
        assertThat(mail.getFrom()[0]).hasToString(MailBox.FROM);
        PortalServer.await(
                "it was tried",
                () -> server.number(
                                "SELECT COUNT(*) FROM outgoing_mail WHERE recipient = 'patient@example.org' AND state = 'sent' AND body = ''")
                        == 1);
    }

    @Test
    void a_mail_whose_sender_died_is_sent_again_under_the_same_id_once_the_claim_has_run_out()
            throws MessagingException {
        box.shut();
        askToSignUp("twice@example.org");
        PortalServer.await(
                "it was tried",
                () -> server.number("SELECT COUNT(*) FROM outgoing_mail WHERE reason IS NOT NULL"
                                + " AND recipient = 'twice@example.org'")
                        == 1);
        long until = now.plus(Duration.ofMinutes(6)).toEpochMilli();
        server.execute("UPDATE outgoing_mail SET attempts = 2, due_at = " + until
                + " WHERE recipient = 'twice@example.org'"); // as a claim of another server
        box.reopen();
        pass(Duration.ofMinutes(5));
        roundsPass("between");
        assertThat(box.now("twice@example.org")).isEmpty();
        pass(Duration.ofMinutes(2));
        askToSignUp("afterwards@example.org");
        assertThat(box.to("twice@example.org", 1).getFirst().getMessageID()).contains("mail_");
    }

    @Test
    void a_text_lies_sealed_while_it_waits_for_it_has_a_link_that_opens_something() {
        box.shut();
        askToSignUp("sealed@example.org");
        PortalServer.await(
                "it was tried",
                () -> server.number("SELECT COUNT(*) FROM outgoing_mail WHERE reason IS NOT NULL"
                                + " AND recipient = 'sealed@example.org'")
                        == 1);
        assertThat(server.number("SELECT COUNT(*) FROM outgoing_mail WHERE recipient = 'sealed@example.org'"
                        + " AND body <> '' AND body NOT LIKE '%http%'"))
                .isEqualTo(1);
        box.reopen();
    }
}
