package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Users and operators. */
@Timeout(60)
class RolesTest {

    private static final String PASSWORD = "the operator of the tests";
    private static final String ADMIN = "admin-key-of-the-tests";
    private static final Map<String, String> ENVIRONMENT =
            Map.of("TOLLGATE_ADMIN_KEY", ADMIN, "TOLLGATE_OPERATOR_PASSWORD", PASSWORD);

    private static Browser member(PortalServer server, String login) {
        return new Browser(server.url()).signUp(login, PASSWORD);
    }

    private static String account(PortalServer server, String login) {
        return server.text("SELECT account_id FROM person WHERE login = '" + login + "'");
    }

    private static PortalServer.Reply set(PortalServer server, String login, String role) {
        return server.post(
                "/admin/accounts/" + account(server, login) + "/role",
                "{\"role\":\"" + role + "\",\"reason\":\"a test\"}",
                ADMIN);
    }

    @Test
    void a_role_is_given_and_taken_for_a_reason_ends_the_sessions_and_stands_in_the_audit_log() {
        try (PortalServer server = PortalServer.start(ENVIRONMENT)) {
            Browser ann = member(server, "ann@example.org");
            Browser operator = new Browser(server.url());
            operator.signIn("operator", PASSWORD);
            String path = "/console/accounts/" + account(server, "ann@example.org");
            Map<String, String> give = Map.of("deed", "account.set_role?role=operator", "login", "ann@example.org");
            assertThat(operator.submit(path, path, give).body()).contains("A reason is needed");
            assertThat(ann.get("/console").status()).isEqualTo(403);
            Map<String, String> given =
                    Map.of("deed", "account.set_role?role=operator", "login", "ann@example.org", "reason", "on call");
            assertThat(operator.submit(path, path, given).location())
                    .isEqualTo(path + "?done=account.set_role%3Frole%3Doperator");
            assertThat(ann.get("/dashboard").location())
                    .as("the session has ended")
                    .isEqualTo("/sign-in");
            assertThat(ann.signIn("ann@example.org", PASSWORD).location()).isEqualTo("/console");
            assertThat(server.text("SELECT actor || ' ' || subject || ' ' || reason || before_json || after_json"
                            + " FROM audit_log WHERE action = 'account.set_role'"))
                    .startsWith("per_first_operator " + account(server, "ann@example.org") + " on call{")
                    .containsSubsequence("\"role\":\"user\"", "\"role\":\"operator\"");

            assertThat(set(server, "operator", "user").json().path("role").asString())
                    .isEqualTo("user");
            assertThat(operator.get("/console").location()).startsWith("/sign-in");
            PortalServer.Reply last = set(server, "ann@example.org", "user");
            assertThat(last.status()).isEqualTo(409);
            assertThat(last.text()).contains("This is the last operator");
            assertThat(ann.get("/console").status()).isEqualTo(200);
            assertThat(set(server, "ann@example.org", "operator").status())
                    .as("again")
                    .isEqualTo(200);
            assertThat(server.number("SELECT COUNT(*) FROM audit_log WHERE action = 'account.set_role'"))
                    .as("what changed nothing is no row")
                    .isEqualTo(2);

            String password = server.commands().resetOperator().password();
            assertThat(server.text("SELECT role FROM person WHERE login = 'operator'"))
                    .as("the first one is one again after a reset")
                    .isEqualTo("operator");
            assertThat(new Browser(server.url()).signIn("operator", password).status())
                    .isEqualTo(303);
            assertThat(set(server, "ann@example.org", "root").text()).contains("'role' must be user or operator.");
            assertThat(server.post(path.replace("/console", "/admin") + "/role", "{\"role\":\"user\"}", ADMIN)
                            .text())
                    .contains("A reason is needed");
        }
    }

    @Test
    void a_login_is_found_however_it_is_typed() {
        try (PortalServer server = PortalServer.start(ENVIRONMENT)) {
            member(server, "ann@example.org");
            String account = "/admin/accounts/" + account(server, "ann@example.org");
            String typed = "{\"login\":\" Ann@Example.org\",\"reason\":\"a test\"%s}";
            for (String path : List.of("/role", "/owner", "/reset-link", "/remove-second-factor")) {
                String more = path.equals("/role") ? ",\"role\":\"user\"" : "";
                PortalServer.Reply reply = server.post(account + path, typed.formatted(more), ADMIN);
                assertThat(reply.status()).as(path + reply.text()).isBetween(200, 201);
                assertThat(reply.text()).doesNotContain("Ann@");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void of_operators_who_are_all_made_users_at_once_one_stays(Stores stores) {
        String url = stores == Stores.SQLITE ? null : Postgres.migrated();
        PortalServer one = url == null ? PortalServer.start(ENVIRONMENT) : PortalServer.startOn(url, ENVIRONMENT);
        PortalServer other = url == null ? one : PortalServer.startOn(url, ENVIRONMENT);
        try {
            List<String> operators = List.of("operator", "b@example.org", "c@example.org");
            operators.stream().skip(1).forEach(login -> member(one, login));
            for (int round = 0; round < 2; round++) {
                operators.forEach(login -> set(one, login, "operator"));
                List<Integer> said = Stream.of(0, 1, 2)
                        .map(i -> CompletableFuture.supplyAsync(
                                () -> set(i % 2 == 0 ? one : other, operators.get(i), "user")
                                        .status()))
                        .toList()
                        .stream()
                        .map(CompletableFuture::join)
                        .sorted()
                        .toList();
                assertThat(said).containsExactly(200, 200, 409);
                assertThat(one.number("SELECT COUNT(*) FROM person WHERE role = 'operator'"))
                        .isEqualTo(1);
            }
        } finally {
            one.close();
            if (other != one) {
                other.close();
            }
        }
    }
}
