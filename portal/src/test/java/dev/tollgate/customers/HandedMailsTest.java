package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.MailBox;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.TestLanguages;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The languages of mails that an operator sends. */
@Timeout(60)
class HandedMailsTest {

    private static final String PASSWORD = "the operator of the tests";

    private static MailBox box;
    private static PortalServer server;

    @BeforeAll
    static void start() {
        box = new MailBox();
        server = PortalServer.start(
                box.settings("operator.password", PASSWORD, "pages.languages", TestLanguages.CHINESE));
    }

    @AfterAll
    static void stop() {
        server.close();
        box.close();
    }

    private static void invite(String email, String more) {
        PortalServer.Reply reply = server.post(
                "/admin/invitations",
                "{\"email\":\"" + email + "\",\"reason\":\"a colleague\"" + more + "}",
                server.adminKey());
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    }

    private static String subject(String email) {
        return server.text("SELECT subject FROM outgoing_mail WHERE recipient = '" + email + "'");
    }

    @Test
    void an_invitation_to_an_account_has_its_language() {
        String account = server.commands().createAccount("晨星", 0).id();
        server.execute("UPDATE account SET language = 'zh-Hans' WHERE id = '" + account + "'");

        invite("second@example.org", ",\"account\":\"" + account + "\"");
        invite("stranger@example.org", "");

        assertThat(subject("second@example.org")).isEqualTo("邀请您加入 Tollgate");
        assertThat(subject("stranger@example.org")).isEqualTo("You are invited to Tollgate");
    }

    @Test
    void a_test_mail_has_the_language_of_who_asks() {
        Browser operator = new Browser(server.url());
        operator.signIn("operator", PASSWORD);
        server.execute("UPDATE person SET language = 'zh-Hans', version = version + 1 WHERE login = 'operator'");

        operator.submit(
                "/console/settings/mail",
                "/console/settings/mail",
                Map.of("deed", "mail.test", "to", "one@example.org"));
        server.commands().testMail("two@example.org");

        assertThat(subject("one@example.org")).isEqualTo("来自 Tollgate 的测试邮件");
        assertThat(subject("two@example.org")).isEqualTo("A test mail from Tollgate");
    }
}
