package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Stores;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What the operator does with an account's organization: with the bodies of its own keys, a reason, and a row in both logs. */
@ParameterizedClass
@MethodSource(Stores.USUAL)
@Timeout(60)
class OperatorOrganizationsTest {

    private static final String REASON = "\"reason\":\"a wish of the customer\"";

    @Parameter
    Stores stores;

    private static PortalServer server;
    private static String adminKey;

    private Customer customer;
    private String path;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        server = PortalServer.startOn(stores);
        adminKey = server.adminKey();
    }

    @BeforeEach
    void begin() {
        customer = server.customer("100");
        path = "/admin/accounts/" + customer.account();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        server.close();
    }

    private Reply ask(String method, String of, String members) {
        return server.send(method, path + of, "{" + members + "}", adminKey);
    }

    private JsonNode done(String method, String of, String members) {
        Reply reply = ask(method, of, (members.isEmpty() ? "" : members + ",") + REASON);
        assertThat(reply.status()).as(reply.text()).isIn(200, 201);
        return reply.json();
    }

    private JsonNode get(String of) {
        Reply reply = server.get(path + of, adminKey);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    private void assertRefused(Reply reply, int status, String code, String message) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.error().get("code").asString()).isEqualTo(code);
        assertThat(reply.error().get("message").asString()).contains(message);
    }

    /** Returns the newest row of the operator's log about the account. */
    private JsonNode deed() {
        return server.get("/admin/audit?subject=" + customer.account(), adminKey)
                .json()
                .at("/data/0");
    }

    @Test
    void an_operators_change_is_in_both_logs() {
        String bob = customer.member("Bob", "member");

        JsonNode changed = done("PATCH", "/members/" + bob, "\"role\":\"admin\"");

        assertThat(changed.get("role").asString()).isEqualTo("admin");
        JsonNode deed = deed();
        assertThat(deed.get("action").asString()).isEqualTo("member.role");
        assertThat(deed.get("reason").asString()).isEqualTo("a wish of the customer");
        assertThat(deed.get("before").toString()).isEqualTo("{\"subject\":\"" + bob + "\",\"role\":\"member\"}");
        assertThat(deed.get("after").toString()).isEqualTo("{\"subject\":\"" + bob + "\",\"role\":\"admin\"}");
        JsonNode line = get("/audit-log").at("/data/0");
        assertThat(line.get("action").asString()).isEqualTo("member.role");
        assertThat(line.get("subject").asString()).isEqualTo(bob);
        assertThat(line.get("actor").asString()).isEqualTo("operator");
        assertThat(line.get("address").isNull()).isTrue();
    }

    @Test
    void a_change_without_a_reason_is_refused_and_in_no_log() {
        String bob = customer.member("Bob", "member");
        for (Reply reply : List.of(
                ask("PATCH", "/members/" + bob, "\"role\":\"viewer\""),
                ask("DELETE", "/members/" + bob, ""),
                ask("POST", "/teams", "\"name\":\"Search\""),
                ask("PUT", "/budgets/account", "\"month\":1"),
                ask("PATCH", "/organization", "\"name\":\"X\""))) {
            assertRefused(reply, 400, "invalid_request", "reason");
        }
        assertThat(get("/members/" + bob).get("role").asString()).isEqualTo("member");
        assertThat(get("/teams").get("data")).isEmpty();
        assertThat(get("/budgets").get("data")).isEmpty();
        assertThat(server.number("SELECT COUNT(*) FROM account_log WHERE account_id = '" + customer.account()
                        + "' AND action NOT LIKE 'key.%'"))
                .isZero();
    }

    @Test
    void the_last_owner_stays_one_for_the_operator_too() {
        String ann = customer.member("Ann", "owner");
        String bob = customer.member("Bob", "member");
        assertRefused(
                ask("PATCH", "/members/" + ann, "\"role\":\"viewer\"," + REASON), 409, "last_owner", "another member");
        assertRefused(ask("DELETE", "/members/" + ann, REASON), 409, "last_owner", "another member");

        done("PATCH", "/members/" + bob, "\"role\":\"owner\"");
        assertThat(ask("DELETE", "/members/" + ann, REASON).status()).isEqualTo(204);

        assertThat(get("/members").get("data")).hasSize(1);
        assertThat(deed().get("action").asString()).isEqualTo("member.remove");
        assertRefused(ask("DELETE", "/members/" + ann, REASON), 404, "invalid_request", "has left");
    }

    @Test
    void a_team_is_made_filled_renamed_and_archived() {
        String bob = customer.member("Bob", "viewer");
        String team = done("POST", "/teams", "\"name\":\"Search\"").get("id").asString();
        JsonNode filled = done("PUT", "/teams/" + team + "/members/" + bob, "\"role\":\"admin\"");
        assertThat(filled.at("/members/0/id").asString()).isEqualTo(bob);
        assertThat(done("PATCH", "/teams/" + team, "\"name\":\"Find\"")
                        .get("name")
                        .asString())
                .isEqualTo("Find");
        assertThat(ask("DELETE", "/teams/" + team + "/members/" + bob, REASON).status())
                .isEqualTo(204);
        assertThat(ask("DELETE", "/teams/" + team, REASON).status()).isEqualTo(204);
        assertThat(get("/teams").get("data")).isEmpty();
        assertThat(get("/audit-log")
                        .get("data")
                        .valueStream()
                        .map(line -> line.get("action").asString())
                        .filter(action -> action.startsWith("team.")))
                .containsExactly("team.archive", "team.leave", "team.rename", "team.member", "team.create");
    }

    @Test
    void an_unlimited_budget_of_a_member_is_written_as_such_in_both_logs() {
        String bob = customer.member("Bob", "member");
        done("PUT", "/budgets/each_member", "\"month\":5");

        done("PUT", "/budgets/" + bob, "\"month\":\"unlimited\"");

        assertThat(deed().get("after").toString()).isEqualTo("{\"subject\":\"" + bob + "\",\"month\":\"unlimited\"}");
        assertThat(get("/audit-log").at("/data/0/after").toString()).isEqualTo("{\"month\":\"unlimited\"}");
        assertThat(get("/budgets").get("data")).hasSize(2);
    }

    @Test
    void an_invitation_with_a_role_and_teams_is_the_operators_in_both_logs() {
        String team = done("POST", "/teams", "\"name\":\"Search\"").get("id").asString();
        String body = "{\"email\":\"dan@example.org\",\"account\":\"" + customer.account()
                + "\",\"role\":\"admin\",\"teams\":[\"" + team + "\"]," + REASON + "}";

        Reply made = server.post("/admin/invitations", body, adminKey);

        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.json().get("link").asString()).startsWith("/invite/");
        JsonNode listed = get("/invitations").at("/data/0");
        assertThat(listed.get("role").asString()).isEqualTo("admin");
        assertThat(listed.at("/teams/0").asString()).isEqualTo(team);
        assertThat(deed().get("action").asString()).isEqualTo("invitation.create");
        assertThat(get("/audit-log").at("/data/0/actor").asString()).isEqualTo("operator");
        String id = listed.get("id").asString();
        assertThat(ask("DELETE", "/invitations/" + id, REASON).status()).isEqualTo(204);
        assertThat(get("/invitations").get("data")).isEmpty();
        assertRefused(
                server.post(
                        "/admin/invitations",
                        "{\"email\":\"dan@example.org\",\"role\":\"admin\"," + REASON + "}",
                        adminKey),
                400,
                "invalid_request",
                "'account' is required");
    }

    @Test
    void no_one_elses_organization_and_no_deleted_one_is_changed() {
        String bob = customer.member("Bob", "member");
        Customer other = server.customer("1");
        Reply wrong = server.send(
                "PATCH",
                "/admin/accounts/" + other.account() + "/members/" + bob,
                "{\"role\":\"owner\"," + REASON + "}",
                adminKey);
        assertRefused(wrong, 404, "invalid_request", "does not exist");
        Reply deleted = server.post("/admin/accounts/" + other.account() + "/delete", "{" + REASON + "}", adminKey);
        assertThat(deleted.status()).as(deleted.text()).isEqualTo(200);
        assertRefused(
                server.send(
                        "POST",
                        "/admin/accounts/" + other.account() + "/teams",
                        "{\"name\":\"Search\"," + REASON + "}",
                        adminKey),
                409,
                "invalid_request",
                "deleted");
        assertThat(server.get("/admin/accounts/" + other.account() + "/audit-log", adminKey)
                        .status())
                .as("the log of a deleted account can be read")
                .isEqualTo(200);
        assertThat(server.get("/admin/accounts/acc_none/members", adminKey).status())
                .isEqualTo(404);
    }

    // ---- people without an organization ----

    private JsonNode person(String login) {
        return server.get("/admin/people?login=" + login, adminKey).json();
    }

    private Reply forget(String login) {
        return server.post("/admin/people/" + login + "/delete", "{" + REASON + "}", adminKey);
    }

    @Test
    void a_removed_person_is_in_no_account_and_can_be_erased() {
        String bob = customer.member("Bob", "member");
        server.execute("UPDATE person SET login = lower(login)");
        String login = bob.substring(4).toLowerCase(Locale.ROOT) + "@example.org";
        assertThat(person(login).get("account").asString()).isEqualTo(customer.account());
        assertRefused(forget(login), 409, "invalid_request", "a member of an organization");
        assertThat(ask("DELETE", "/members/" + bob, REASON).status()).isEqualTo(204);
        assertThat(person(login).get("account").isNull()).isTrue();
        assertRefused(
                server.post("/admin/people/" + login + "/delete", "{}", adminKey), 400, "invalid_request", "reason");
        Reply erased = forget(login);
        assertThat(erased.status()).as(erased.text()).isEqualTo(200);
        assertThat(erased.json().get("deleted").asString()).isEqualTo(login);
        assertThat(server.number("SELECT COUNT(*) FROM person WHERE login = '" + login + "'"))
                .isZero();
        assertRefused(forget(login), 404, "invalid_request", "No person signs in as");
        JsonNode deed = server.get("/admin/audit?subject=per_" + bob.substring(4), adminKey)
                .json()
                .at("/data/0");
        assertThat(deed.get("action").asString()).isEqualTo("person.delete");
        assertThat(deed.toString()).doesNotContain("example.org");
        assertThat(server.get(path, adminKey).status()).isEqualTo(200);
    }
}
