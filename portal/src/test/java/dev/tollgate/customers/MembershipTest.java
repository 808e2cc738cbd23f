package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
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

/** The account whose pages a session shows follows the live memberships of its person. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
@Timeout(60)
class MembershipTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String PASSWORD = "somebody in two accounts";
    private static final String DATA = "/dashboard/settings/data";

    @Parameter
    Stores stores;

    private static PortalServer server;
    private static Instant now = Instant.parse("2026-11-20T10:00:00Z");

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        server = PortalServer.startOn(stores, Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY));
    }

    @BeforeEach
    void begin() {
        now = now.plus(Duration.ofHours(1)); // no test waits for a limit that another test has used
        server.setNow(now);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        server.close();
    }

    private record Member(Browser browser, String login, String account) {

        String person() {
            return server.text("SELECT id FROM person WHERE login = '" + login + "'");
        }

        boolean sees(String account) {
            Browser.Page page = browser.get("/dashboard");
            return page.status() == 200 && page.body().contains("data-account=\"" + account + '"');
        }
    }

    private static Member member(String name) {
        String login = name + "@example.org";
        Browser browser = new Browser(server.url()).signUp(login, PASSWORD);
        return new Member(browser, login, server.text("SELECT account_id FROM person WHERE login = '" + login + "'"));
    }

    private static void join(Member member, String account, String role) {
        server.execute(
                "INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_" + member.person()
                        + account + "', '" + account + "', '" + member.person() + "', '" + role + "', 9000000000000)");
    }

    private static void leave(Member member, String account) {
        server.execute("UPDATE member SET left_at = 1 WHERE person_id = '" + member.person() + "' AND account_id = '"
                + account + "'");
    }

    private static void choose(Member member, String account) {
        server.execute("UPDATE session SET account_id = '" + account + "' WHERE person_id = '" + member.person() + "'");
    }

    private static String roles(String account) {
        return server.text("SELECT COALESCE(MAX(role), 'none') FROM member WHERE left_at IS NULL AND account_id = '"
                + account + "'");
    }

    @Test
    void who_signs_up_is_the_owner_of_the_account() {
        Member ann = member("owner");
        assertThat(roles(ann.account())).isEqualTo("owner");
        assertThat(ann.sees(ann.account())).isTrue();
    }

    @Test
    void an_ended_membership_ends_the_pages_and_not_the_login() {
        Member bob = member("bob");
        leave(bob, bob.account());
        assertThat(bob.browser().get("/dashboard").location()).isEqualTo("/dashboard/settings");
        Browser.Page settings = bob.browser().get("/dashboard/settings");
        assertThat(settings.status()).isEqualTo(200);
        assertThat(settings.body()).doesNotContain("data-figure=\"balance\"");
        assertThat(new Browser(server.url()).signIn(bob.login(), PASSWORD).location())
                .isEqualTo("/dashboard");
        Browser.Page left = bob.browser().submit(DATA, DATA, Map.of("login", bob.login()));
        assertThat(left.location()).isEqualTo("/sign-in?said=deleted");
        assertThat(server.number(
                        "SELECT COUNT(*) FROM account WHERE deleted_at IS NULL AND id = '" + bob.account() + "'"))
                .isEqualTo(1);
    }

    @Test
    void a_session_shows_the_chosen_account_while_its_membership_lives() {
        Member cara = member("cara");
        Member host = member("host");
        join(cara, host.account(), "owner");
        assertThat(cara.sees(cara.account())).isTrue();
        choose(cara, host.account());
        assertThat(cara.sees(host.account())).isTrue();
        leave(cara, host.account());
        assertThat(cara.sees(cara.account())).isTrue();
    }

    @Test
    void a_blocked_account_ends_its_pages_and_no_others() {
        Member dan = member("dan");
        Member alone = member("alone");
        join(dan, alone.account(), "owner");
        choose(dan, alone.account());
        assertThat(server.post(
                                "/admin/accounts/" + alone.account() + "/block",
                                "{\"blocked\":true,\"reason\":\"a test\"}",
                                ADMIN_KEY)
                        .status())
                .isEqualTo(200);
        assertThat(dan.sees(dan.account())).isTrue();
        assertThat(alone.browser().get("/dashboard").location()).startsWith("/sign-in");
    }

    @Test
    void who_is_in_several_accounts_leaves_the_others_first() {
        Member eve = member("eve");
        Member other = member("other");
        join(eve, other.account(), "viewer");
        Browser.Page refused = eve.browser().submit(DATA, DATA, Map.of("login", eve.login()));
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body()).contains("Leave the others first.");
        assertThat(eve.sees(eve.account())).isTrue();
    }

    @Test
    void the_last_owner_cannot_leave_other_members() {
        Member fay = member("fay");
        Member guest = member("guest");
        join(guest, fay.account(), "admin");
        Browser.Page refused = fay.browser().submit(DATA, DATA, Map.of("login", fay.login()));
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body()).contains("You are the last owner.");
        assertThat(roles(fay.account())).isEqualTo("owner");
    }

    @Test
    void the_end_of_an_account_erases_only_people_without_another() {
        Member gus = member("gus");
        Member stays = member("stays");
        join(stays, gus.account(), "owner");
        choose(stays, gus.account());
        assertThat(server.post("/admin/accounts/" + gus.account() + "/delete", "{\"reason\":\"a test\"}", ADMIN_KEY)
                        .status())
                .isEqualTo(200);
        assertThat(server.number("SELECT COUNT(*) FROM person WHERE login = '" + gus.login() + "'"))
                .isZero();
        assertThat(roles(gus.account())).isEqualTo("none");
        assertThat(stays.sees(stays.account())).isTrue();
    }
}
