package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.SocketOnly;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** The API and the lists of commands say the same state, by the clock of now. */
@BesideOthers
@Timeout(60)
class ListedStatesTest {

    private static final String WHY = "\"reason\":\"a test\"";
    private static final String FAR = "\"2190-01-01T00:00:00Z\"";

    private static PortalServer server;
    private static String account;

    @BeforeAll
    static void start() {
        server = PortalServer.start();
        account = server.customer("1").account();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** @param members each with a comma after it */
    private static JsonNode admin(String method, String path, String members) {
        PortalServer.Reply reply = server.send(method, "/admin" + path, "{" + members + WHY + "}", server.adminKey());
        assertThat(reply.status()).as(reply.text()).isBetween(200, 299);
        return reply.json();
    }

    private static JsonNode post(String path, String members) {
        return admin("POST", path, members);
    }

    /** Asserts the states of a list, which are also those that the command prints. */
    private static void assertStates(String path, String command, String... states) {
        List<String> answered = server.get("/admin" + path, server.adminKey())
                .json()
                .get("data")
                .valueStream()
                .map(entry -> entry.get("state").asString())
                .toList();
        assertThat(answered).containsExactly(states);
        StringWriter out = new StringWriter();
        int code = SocketOnly.run(
                new PrintWriter(out),
                Stream.concat(
                                Stream.of(command.split(" ")),
                                Stream.of("--data", server.data().toString()))
                        .toArray(String[]::new));
        assertThat(code).as(out.toString()).isZero();
        List<String> lines = out.toString().lines().toList();
        int column = lines.getFirst().indexOf("STATE");
        assertThat(lines.stream().skip(1).map(line -> line.substring(column).split(" {2,}")[0]))
                .containsExactly(states);
    }

    @Test
    void keys() {
        String keys = "/accounts/" + account + "/keys";
        String own = server.get("/admin" + keys, server.adminKey())
                .json()
                .at("/data/0/id")
                .asString();
        String expired = post(keys, "\"name\":\"a\",").get("id").asString();
        String disabled = post(keys, "\"name\":\"b\",").get("id").asString();
        admin("PATCH", "/keys/" + disabled, "\"disabled\":true,");
        server.execute("UPDATE api_key SET expires_at = 1 WHERE id = '" + expired + "'");
        String[] states = Stream.of(own, expired, disabled)
                .sorted()
                .map(id -> id.equals(own) ? "active" : id.equals(expired) ? "expired" : "disabled")
                .toArray(String[]::new);
        assertStates("/keys?account=" + account, "key list --account " + account, states);
    }

    @Test
    void vouchers() {
        post("/vouchers", "\"count\":4,\"credits\":1,\"expires_at\":" + FAR + ",");
        post("/vouchers/revoke", "\"first\":2,");
        server.execute("UPDATE voucher SET expires_at = 1 WHERE sequence = 3");
        server.execute(
                "UPDATE voucher SET account_id = '" + account + "', redeemed_at = created_at WHERE sequence = 4");
        assertStates("/vouchers", "voucher list", "redeemed", "expired", "revoked", "open");
    }

    @Test
    void groups_and_plans() {
        for (String name : List.of("a", "b")) {
            admin("PUT", "/groups/" + name, "\"factor\":900,");
            admin(
                    "PUT",
                    "/plans/" + name,
                    "\"name\":\"Pro\",\"cents\":900,\"period\":\"month\",\"credits\":10,\"group\":\"a\",");
        }
        assertThat(post("/groups/b/close", "").get("state").asString()).isEqualTo("closed");
        post("/plans/b/close", "\"version\":1,");
        assertStates("/groups", "group list", "open", "closed");
        assertStates("/plans", "plan list", "open", "closed");
    }

    @Test
    void grants() {
        String grants = "/accounts/" + account + "/grants";
        for (int i = 0; i < 5; i++) {
            post(grants, "\"credits\":1,\"expires_at\":" + FAR + ",");
        }
        assertThat(post(grants + "/2/end", "\"id\":\"once\",").get("state").asString())
                .isEqualTo("ended");
        String where = " WHERE account_id = '" + account + "' AND number = ";
        server.execute("UPDATE credit_grant SET starts_at = expires_at - 1" + where + 3);
        server.execute("UPDATE credit_grant SET left_micros = 0" + where + 4);
        server.execute("UPDATE credit_grant SET expires_at = created_at" + where + 5);
        assertStates(grants, "grant list --account " + account, "expired", "used up", "ahead", "ended", "active");
    }

    @Test
    void announcements() {
        post("/announcements", "\"text\":\"now\",");
        post("/announcements", "\"text\":\"later\",\"begins_at\":" + FAR + ",");
        String past = post("/announcements", "\"text\":\"past\",\"begins_at\":1,")
                .get("number")
                .asString();
        assertThat(admin("PATCH", "/announcements/" + past, "\"ends_at\":2,")
                        .get("state")
                        .asString())
                .isEqualTo("ended");
        assertStates("/announcements", "announcement list", "ended", "ahead", "holds");
    }
}
