package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.customers.people.HandedLinks;
import dev.tollgate.customers.people.Visit;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.RightLost;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.Stores;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** People share an account: invitations, roles, owners, and the end of a membership. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
@Timeout(60)
class MembersTest {

    private static final String PASSWORD = "somebody with colleagues";
    private static final String MEMBERS = "/dashboard/members";
    private static final String ORGANIZATIONS = "/dashboard/settings/organizations";
    private static final Pattern LINK = Pattern.compile("(/invite/[A-Za-z0-9_-]{43})");

    @Parameter
    Stores stores;

    private static PortalServer server;
    private static Instant now = Instant.parse("2026-11-20T10:00:00Z");

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        server = PortalServer.startOn(stores);
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

    private record Somebody(Browser browser, String login) {

        String id() {
            return server.text("SELECT id FROM person WHERE login = '" + login + "'");
        }

        String account() {
            return server.text("SELECT account_id FROM person WHERE login = '" + login + "'");
        }

        String member(String account) {
            return server.text("SELECT COALESCE(MAX(id), 'none') FROM member WHERE left_at IS NULL AND account_id = '"
                    + account + "' AND person_id = '" + id() + "'");
        }

        String role(String account) {
            return server.text("SELECT COALESCE(MAX(role), 'none') FROM member WHERE left_at IS NULL AND account_id = '"
                    + account + "' AND person_id = '" + id() + "'");
        }

        boolean sees(String account) {
            return browser.get("/docs").body().contains("data-account=\"" + account + '"');
        }

        Browser.Page invite(String email, String role) {
            return browser.submit(MEMBERS, MEMBERS, Map.of("deed", "invitation.create", "email", email, "role", role));
        }

        Browser.Page change(String member, Map<String, String> fields) {
            return browser.submit(ORGANIZATIONS, MEMBERS + "/" + member, fields);
        }
    }

    private static Somebody person(String name) {
        String login = name + "@example.org";
        return new Somebody(new Browser(server.url()).signUp(login, PASSWORD), login);
    }

    private static String link(Browser.Page page) {
        return found(LINK, page.body());
    }

    /** A new person who has accepted an invitation. */
    private static Somebody colleague(Somebody owner, String name, String role) {
        String login = name + "@example.org";
        String link = link(owner.invite(login, role));
        Browser browser = new Browser(server.url());
        assertThat(browser.submit(link, link, Map.of("password", PASSWORD, "zone", "UTC"))
                        .location())
                .isEqualTo("/dashboard");
        return new Somebody(browser, login);
    }

    // ---- invitations ----

    @Test
    void an_invitation_makes_a_member_with_its_role_once() {
        Somebody ann = person("ann");
        Browser.Page made = ann.invite("vic@example.org", "viewer");
        String link = link(made);
        assertThat(made.body()).contains(server.url() + link, "shown only once");
        assertThat(ann.browser().get(MEMBERS).body())
                .contains("vic@example.org")
                .doesNotContain(link);
        assertThat(ann.browser().get("/dashboard/audit-log").body())
                .contains("ann@example.org invited vic@example.org as viewer.");
        Browser browser = new Browser(server.url());
        assertThat(browser.get(link).body()).contains("ann@example.org", "with the role viewer");
        assertThat(browser.submit(link, link, Map.of("password", PASSWORD, "zone", "UTC"))
                        .location())
                .isEqualTo("/dashboard");
        Somebody vic = new Somebody(browser, "vic@example.org");
        assertThat(vic.role(ann.account())).isEqualTo("viewer");
        assertThat(vic.browser().get("/dashboard/billing").status()).isEqualTo(200);
        assertThat(vic.browser().get("/dashboard/billing/top-up").status()).isEqualTo(403);
        assertThat(new Browser(server.url()).get(link).status()).isEqualTo(404);
        assertThat(ann.browser().get(MEMBERS).body()).doesNotContain("Invitations</h2>");
    }

    @Test
    void who_is_signed_in_sees_the_login_that_accepts_and_confirms() {
        Somebody bea = person("bea");
        Somebody dan = person("dan");
        String link = link(bea.invite("another@example.org", "billing"));
        assertThat(dan.browser().get(link).body()).contains("dan@example.org", "bea@example.org", "billing");
        assertThat(dan.role(bea.account())).isEqualTo("none");
        assertThat(dan.browser().submit(link, link, Map.of()).location()).isEqualTo("/dashboard");
        assertThat(dan.role(bea.account())).isEqualTo("billing");
        assertThat(dan.sees(bea.account())).isTrue();
        assertThat(dan.browser()
                        .submit(ORGANIZATIONS, ORGANIZATIONS, Map.of("deed", "open", "account", dan.account()))
                        .location())
                .isEqualTo("/dashboard");
        assertThat(dan.sees(dan.account())).isTrue();
        assertThat(dan.browser()
                        .submit(ORGANIZATIONS, ORGANIZATIONS, Map.of("deed", "open", "account", "acc_other"))
                        .status())
                .isEqualTo(422);
    }

    @Test
    void an_invitations_link_does_not_say_whether_its_address_has_an_account() {
        Somebody inviter = person("inviter");
        Somebody here = person("already-here");
        String taken = link(inviter.invite(here.login(), "member"));
        Browser holder = new Browser(server.url());
        assertThat(holder.get(taken).body()).contains("Create account").doesNotContain("has an account");

        Browser.Page refused = holder.submit(taken, taken, Map.of("password", PASSWORD, "zone", "UTC"));

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body())
                .contains("The invitation was not accepted. If you have an account, sign in and open the link again.")
                .doesNotContain("has an account");
    }

    @Test
    void an_invitation_that_is_sent_again_or_revoked_opens_nothing() {
        Somebody eve = person("eve");
        String first = link(eve.invite("later@example.org", "viewer"));
        String id =
                server.text("SELECT 'inv_' || substr(hash, 1, 16) FROM person_link WHERE email = 'later@example.org'");
        String second =
                link(eve.browser().submit(MEMBERS, MEMBERS, Map.of("deed", "invitation.resend", "invitation", id)));
        assertThat(new Browser(server.url()).get(first).status()).isEqualTo(404);
        assertThat(new Browser(server.url()).get(second).status()).isEqualTo(200);
        String next =
                server.text("SELECT 'inv_' || substr(hash, 1, 16) FROM person_link WHERE email = 'later@example.org'");
        eve.browser().submit(MEMBERS, MEMBERS, Map.of("deed", "invitation.revoke", "invitation", next));
        assertThat(new Browser(server.url()).get(second).status()).isEqualTo(404);
    }

    @Test
    void an_organization_sends_fifty_invitations_a_day() {
        Somebody fay = person("fay");
        for (int i = 0; i < 50; i++) {
            assertThat(fay.invite("guest" + i + "@example.org", "viewer").status())
                    .isEqualTo(200);
        }
        Browser.Page refused = fay.invite("guest50@example.org", "viewer");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body()).contains("Too many invitations were sent.");
    }

    @Test
    void a_form_gives_no_role_that_it_does_not_offer() {
        Somebody gil = person("gil");
        for (String role : List.of("owner", "nothing")) {
            assertThat(gil.invite("x@example.org", role).status()).as(role).isEqualTo(role.equals("owner") ? 403 : 422);
        }
        assertThat(server.number("SELECT COUNT(*) FROM person_link WHERE account_id = '" + gil.account() + "'"))
                .isZero();
    }

    // ---- roles ----

    @Test
    void an_admin_changes_members_and_no_owner() {
        Somebody hal = person("hal");
        Somebody ida = colleague(hal, "ida", "admin");
        Somebody jim = colleague(ida, "jim", "viewer");
        String account = hal.account();
        assertThat(ida.change(jim.member(account), Map.of("deed", "member.set", "role", "billing"))
                        .status())
                .isEqualTo(303);
        assertThat(jim.role(account)).isEqualTo("billing");
        for (Map<String, String> deed : List.of(
                Map.of("deed", "member.set", "role", "viewer"),
                Map.of("deed", "member.remove"),
                Map.of("deed", "member.set", "role", "owner"))) {
            assertThat(ida.change(hal.member(account), deed).status())
                    .as(deed.toString())
                    .isEqualTo(403);
        }
        assertThat(ida.change(ida.member(account), Map.of("deed", "member.set", "role", "owner"))
                        .status())
                .isEqualTo(403);
        assertThat(hal.role(account)).isEqualTo("owner");
        assertThat(ida.role(account)).isEqualTo("admin");
        assertThat(jim.change(hal.member(account), Map.of("deed", "member.remove"))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void the_last_owner_makes_another_one_before_stepping_down() {
        Somebody kai = person("kai");
        Somebody lea = colleague(kai, "lea", "admin");
        String account = kai.account();
        Browser.Page refused = kai.change(kai.member(account), Map.of("deed", "member.set", "role", "admin"));
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body()).contains("This is the last owner.");
        assertThat(kai.browser()
                        .submit(ORGANIZATIONS, ORGANIZATIONS, Map.of("deed", "leave", "account", account))
                        .body())
                .contains("This is the last owner.");
        server.setNow(now.plus(Duration.ofMinutes(30)));
        assertThat(kai.change(lea.member(account), Map.of("deed", "member.set", "role", "owner"))
                        .body())
                .contains("Enter your password again");
        assertThat(kai.change(lea.member(account), Map.of("deed", "member.set", "role", "owner", "password", PASSWORD))
                        .status())
                .isEqualTo(303);
        assertThat(lea.role(account)).isEqualTo("owner");
        assertThat(kai.change(kai.member(account), Map.of("deed", "member.set", "role", "viewer"))
                        .status())
                .isEqualTo(303);
        assertThat(kai.browser().get("/dashboard/billing/top-up").status()).isEqualTo(403);
    }

    @Test
    void a_removed_member_sees_the_organization_no_more_and_keeps_the_login() {
        Somebody max = person("max");
        Somebody ned = colleague(max, "ned", "admin");
        String account = max.account();
        assertThat(ned.browser().get("/dashboard").status()).isEqualTo(200);
        assertThat(max.change(ned.member(account), Map.of("deed", "member.remove"))
                        .location())
                .isEqualTo(MEMBERS + "?removed=1");
        assertThat(ned.browser().get("/dashboard").location()).isEqualTo("/dashboard/settings");
        assertThat(ned.browser().get(ORGANIZATIONS).body()).contains("You are in no organization.");
        assertThat(new Browser(server.url()).signIn(ned.login(), PASSWORD).status())
                .isEqualTo(303);
        String link = link(max.invite(ned.login(), "viewer"));
        assertThat(ned.browser().submit(link, link, Map.of()).location()).isEqualTo("/dashboard");
        assertThat(ned.role(account)).isEqualTo("viewer");
    }

    @Test
    void who_leaves_keeps_the_other_organizations() {
        Somebody oda = person("oda");
        Somebody pia = person("pia");
        String link = link(oda.invite("pia@example.org", "admin"));
        pia.browser().submit(link, link, Map.of());
        assertThat(pia.browser()
                        .submit(ORGANIZATIONS, ORGANIZATIONS, Map.of("deed", "leave", "account", oda.account()))
                        .location())
                .isEqualTo(ORGANIZATIONS + "?left=1");
        assertThat(pia.role(oda.account())).isEqualTo("none");
        assertThat(pia.sees(pia.account())).isTrue();
    }

    /** A member with a personal key. @return the key */
    private static String key(Somebody owner, Somebody member) {
        String account = owner.account();
        String key = found(
                "sk-[0-9a-f]{64}",
                member.browser()
                        .submit("/dashboard/keys/new", "/dashboard/keys/new", Map.of("name", "a laptop"))
                        .body());
        String id = server.text("SELECT id FROM api_key WHERE name = 'a laptop' AND account_id = '" + account
                + "' AND created_by = '" + member.id() + "'");
        server.own(id, member.member(account), "");
        return key;
    }

    @Test
    void a_removal_ends_the_members_keys_and_no_others() {
        Somebody quy = person("quy");
        Somebody rob = colleague(quy, "rob", "admin");
        Somebody sue = colleague(quy, "sue", "admin");
        String account = quy.account();
        String ofRob = key(quy, rob);
        String ofSue = key(quy, sue);
        assertThat(quy.browser().get(MEMBERS + "/" + rob.member(account)).body())
                .contains("Calls with a deleted key get a 401.", "a laptop");
        assertThat(rob.change(quy.member(account), Map.of("deed", "member.remove"))
                        .status())
                .isEqualTo(403);
        assertThat(server.get("/v1/credits", ofRob).status()).isEqualTo(200);
        assertThat(quy.change(rob.member(account), Map.of("deed", "member.remove"))
                        .status())
                .isEqualTo(303);
        assertThat(rob.role(account)).isEqualTo("none");
        assertThat(server.get("/v1/credits", ofRob).status()).isEqualTo(401);
        assertThat(server.get("/v1/credits", ofSue).status()).isEqualTo(200);
        String data = "/dashboard/settings/data";
        assertThat(sue.browser()
                        .submit(data, data, Map.of("login", sue.login()))
                        .location())
                .isEqualTo("/sign-in?said=left");
        assertThat(server.get("/v1/credits", ofSue).status()).isEqualTo(401);
    }

    @Test
    void a_removal_that_is_refused_deletes_no_key() {
        Somebody ted = person("ted");
        String ofTed = key(ted, ted);
        colleague(ted, "una", "viewer");
        assertThat(ted.browser()
                        .submit(ORGANIZATIONS, ORGANIZATIONS, Map.of("deed", "leave", "account", ted.account()))
                        .body())
                .contains("This is the last owner.");
        assertThat(server.get("/v1/credits", ofTed).status()).isEqualTo(200);
    }

    @Test
    void a_removal_moves_the_chosen_key_and_marks_known_secrets() {
        Somebody wes = person("wes");
        Somebody xia = colleague(wes, "xia", "admin");
        String account = wes.account();
        String secret = key(wes, xia);
        String ofAccount = "/dashboard/keys/new";
        xia.browser().submit(ofAccount, ofAccount, Map.of("name", "for all"));
        String team = wes.browser()
                .submit("/dashboard/teams", "/dashboard/teams", Map.of("deed", "team.create", "name", "Search"))
                .location()
                .replaceFirst(".*/", "");
        String id = server.text("SELECT id FROM api_key WHERE name = 'a laptop' AND account_id = '" + account + "'");
        assertThat(wes.change(xia.member(account), Map.of("deed", "member.remove", "keys." + id, "team_none"))
                        .body())
                .contains("A team cannot get these keys");
        assertThat(wes.change(xia.member(account), Map.of("deed", "member.remove", "keys." + id, team))
                        .status())
                .isEqualTo(303);
        assertThat(server.get("/v1/credits", secret).status()).isEqualTo(200);
        assertThat(server.text("SELECT team_id FROM api_key WHERE name = 'a laptop' AND deleted_at IS NULL"
                        + " AND account_id = '" + account + "'"))
                .isEqualTo(team);
        assertThat(wes.browser().get(MEMBERS).body()).contains("Known secrets", "for all", "known to xia@example.org");
    }

    @Test
    void an_invitation_puts_the_person_in_its_teams() {
        Somebody abe = person("abe");
        String team = abe.browser()
                .submit("/dashboard/teams", "/dashboard/teams", Map.of("deed", "team.create", "name", "Search"))
                .location();
        String gone = abe.browser()
                .submit("/dashboard/teams", "/dashboard/teams", Map.of("deed", "team.create", "name", "Gone"))
                .location();
        Map<String, String> form = Map.of(
                "deed",
                "invitation.create",
                "email",
                "newbie@example.org",
                "role",
                "viewer",
                "teams." + team.replaceFirst(".*/", ""),
                "on",
                "teams." + gone.replaceFirst(".*/", ""),
                "on");
        abe.browser().submit(MEMBERS, MEMBERS, form);
        assertThat(abe.browser().get(MEMBERS).body()).contains("in Gone, Search");
        String id =
                server.text("SELECT 'inv_' || substr(hash, 1, 16) FROM person_link WHERE email = 'newbie@example.org'");
        String later = abe.browser()
                .submit("/dashboard/teams", "/dashboard/teams", Map.of("deed", "team.create", "name", "Later"))
                .location();
        Map<String, String> again = new HashMap<>(Map.of("deed", "invitation.resend", "invitation", id));
        for (String each : List.of(team, gone, later)) {
            again.put("teams." + each.replaceFirst(".*/", ""), "on");
        }
        String link = link(abe.browser().submit(MEMBERS, MEMBERS, again));
        assertThat(abe.browser().get(MEMBERS).body()).as("a team made later").contains("in Gone, Later, Search");
        abe.browser().submit(gone, gone, Map.of("deed", "team.archive"));
        new Browser(server.url()).submit(link, link, Map.of("password", PASSWORD, "zone", "UTC"));
        Somebody other = person("abes-friend");
        String second = link(abe.browser()
                .submit(
                        MEMBERS,
                        MEMBERS,
                        Map.of(
                                "deed",
                                "invitation.create",
                                "email",
                                "x2@example.org",
                                "role",
                                "viewer",
                                "teams." + team.replaceFirst(".*/", ""),
                                "on")));
        other.browser().submit(second, second, Map.of());
        assertThat(abe.browser().get(team).body()).contains("newbie@example.org", "abes-friend@example.org");
        assertThat(server.number(
                        "SELECT COUNT(*) FROM team_member WHERE team_id = '" + gone.replaceFirst(".*/", "") + "'"))
                .isZero();
    }

    @Test
    void open_invitations_of_or_for_a_removed_member_end() {
        Somebody yan = person("yan");
        Somebody zoe = colleague(yan, "zoe", "admin");
        String sent = link(zoe.invite("second-me@example.org", "admin"));
        String others = link(yan.invite("another-guest@example.org", "viewer"));
        String own = link(yan.invite("zoe@example.org", "admin"));
        yan.change(zoe.member(yan.account()), Map.of("deed", "member.remove"));
        assertThat(new Browser(server.url()).get(sent).status()).isEqualTo(404);
        assertThat(new Browser(server.url()).get(own).status()).isEqualTo(404);
        assertThat(new Browser(server.url()).get(others).status()).isEqualTo(200);
    }

    @Test
    void open_invitations_of_a_deleted_login_end() {
        Somebody pam = person("pam");
        Somebody quin = colleague(pam, "quin", "admin");
        String first = link(quin.invite("third-me@example.org", "admin"));
        String id = server.text(
                "SELECT 'inv_' || substr(hash, 1, 16) FROM person_link WHERE email = 'third-me@example.org'");
        String again =
                link(quin.browser().submit(MEMBERS, MEMBERS, Map.of("deed", "invitation.resend", "invitation", id)));
        String sent = link(quin.invite("fourth-me@example.org", "viewer"));
        String data = "/dashboard/settings/data";
        quin.browser().submit(data, data, Map.of("login", quin.login()));
        for (String link : List.of(first, again, sent)) {
            assertThat(new Browser(server.url()).get(link).status()).isEqualTo(404);
        }
    }

    // ---- several organizations ----

    @Test
    void a_form_of_a_stale_tab_is_refused_after_a_switch() {
        Somebody vic = person("victor");
        Somebody host = person("hostess");
        String link = link(host.invite("victor@example.org", "admin"));
        String home = vic.account();
        Supplier<Browser.Page> stale = vic.browser()
                .opened("/dashboard/keys/new", "/dashboard/keys/new", Map.of("name", "made in a stale tab"));
        assertThat(vic.browser().submit(link, link, Map.of()).location()).isEqualTo("/dashboard");
        assertThat(vic.browser().get("/docs").body())
                .contains("name=\"account\" value=\"" + home + "\" aria-pressed=\"false\"");
        assertThat(stale.get().status()).isEqualTo(403);
        assertThat(server.number("SELECT COUNT(*) FROM api_key WHERE name = 'made in a stale tab'"))
                .isZero();
        assertThat(vic.browser().get("/dashboard/live?shown=" + home).status()).isEqualTo(204);
    }

    // ---- the commit ----

    @Test
    void a_right_that_was_lost_since_the_page_was_opened_changes_nothing() {
        Somebody sam = person("sam");
        Somebody tom = colleague(sam, "tom", "admin");
        String account = sam.account();
        Acting stale =
                new Acting(account, tom.id(), "127.0.0.1", new Membership(tom.member(account), MemberRole.ADMIN));
        sam.change(tom.member(account), Map.of("deed", "member.set", "role", "viewer"));
        HandedLinks.ToJoin another = new HandedLinks.ToJoin("u@example.org", MemberRole.ADMIN, "it", 200, null);
        Visit visit = new Visit("127.0.0.1", "127.0.0.1", "127.0.0", "a browser", List.of(), null);
        assertThatThrownBy(() -> server.people().links().handed().invite(another, stale, visit))
                .hasCauseInstanceOf(RightLost.class);
        assertThat(server.people().members().setRole(stale, tom.member(account), MemberRole.ADMIN))
                .isInstanceOf(Outcome.Refused.class);
        assertThat(tom.role(account)).isEqualTo("viewer");
        assertThat(server.number("SELECT COUNT(*) FROM person_link WHERE email = 'u@example.org'"))
                .isZero();
    }

    @Test
    void the_log_has_each_change_numbered_without_gaps_and_by_ids_alone() {
        Somebody uma = person("uma");
        Somebody val = colleague(uma, "val", "viewer");
        String account = uma.account();
        uma.change(val.member(account), Map.of("deed", "member.set", "role", "admin"));
        uma.change(val.member(account), Map.of("deed", "member.set", "role", "admin")); // no change
        uma.change(val.member(account), Map.of("deed", "member.remove"));
        String rows = " FROM account_log WHERE account_id = '" + account + "'";
        String each = "number || ' ' || action || ' ' || COALESCE(before_json, '') || COALESCE(after_json, '')";
        assertThat(List.of(1, 2, 3, 4).stream().map(i -> server.text("SELECT " + each + rows + " AND number = " + i)))
                .containsExactly(
                        "1 invitation.create {\"role\":\"viewer\"}",
                        "2 member.join {\"role\":\"viewer\"}",
                        "3 member.role {\"role\":\"viewer\"}{\"role\":\"admin\"}",
                        "4 member.remove {\"role\":\"admin\"}");
        assertThat(server.number("SELECT COUNT(*)" + rows)).isEqualTo(4);
        assertThat(server.number("SELECT COUNT(*)" + rows + " AND address IS NOT NULL"))
                .isEqualTo(4);
        assertThat(uma.browser().get("/dashboard/audit-log").body())
                .contains("member.role", "changed the role of val@example.org from viewer to admin.")
                .doesNotContain("Older");
        String data = "/dashboard/settings/data";
        assertThat(val.browser()
                        .submit(data, data, Map.of("login", val.login()))
                        .status())
                .isEqualTo(303);
        assertThat(server.number("SELECT COUNT(*)" + rows + " AND address IS NOT NULL"))
                .isEqualTo(3);
    }

    @Test
    void the_log_has_contact_top_up_and_a_deleted_sign_in() {
        Somebody ada = person("ada");
        Somebody bob = colleague(ada, "bob", "admin");
        String billing = "/dashboard/billing";
        ada.browser().submit(billing, billing + "/contact", Map.of("name", "Acme", "address", "1 Road", "vat-id", ""));
        ada.browser()
                .submit(
                        billing + "/top-up",
                        billing + "/top-up",
                        Map.of(
                                "id",
                                ada.account()
                                        .substring(4)
                                        .repeat(2)
                                        .replaceAll("[^0-9a-f]", "0")
                                        .substring(0, 32),
                                "dollars",
                                "25"));
        String data = "/dashboard/settings/data";
        bob.browser().submit(data, data, Map.of("login", bob.login()));
        assertThat(ada.browser().get("/dashboard/audit-log").body())
                .contains("changed the billing details.", "began a payment of $25.", "member.leave", " left.")
                .doesNotContain("1 Road");
    }

    @Test
    void a_limit_of_one_member_turns_organizations_off() {
        try (PortalServer alone = PortalServer.start("limits.members", "1")) {
            Browser browser = new Browser(alone.url()).signUp("solo@example.org", PASSWORD);
            assertThat(browser.get("/dashboard").body()).doesNotContain(MEMBERS);
            Browser.Page refused = browser.submit(
                    "/dashboard/settings",
                    MEMBERS,
                    Map.of("deed", "invitation.create", "email", "z@example.org", "role", "viewer"));
            assertThat(refused.status()).isEqualTo(422);
            assertThat(alone.number("SELECT COUNT(*) FROM person_link")).isZero();
        }
    }
}
