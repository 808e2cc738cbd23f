package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Stores;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The files that accounts store, which the gateway has, as an operator deletes them. */
@ParameterizedClass
@MethodSource(Stores.USUAL)
class OperatorStoredFilesTest {

    private static final String REASON = "\"reason\":\"a wish of the customer\"";

    @Parameter
    Stores stores;

    private static Gateway server;
    private static String adminKey;

    private Customer customer;
    private String path;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        server = Gateway.startOn(stores);
        adminKey = server.app().banner().text().replaceAll("(?s).* (adm-[0-9a-f]{64}).*", "$1");
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

    private void stored(String id, int bytes) {
        server.execute(
                "INSERT INTO stored_file (id, account_id, owner, origin_id, purpose, about, mime_type, bytes, written, sha256, created_at, expires_at)"
                        + " VALUES ('" + id + "', '" + customer.account() + "', '', 'key', 'gemini', "
                        + (stores == Stores.SQLITE ? "x''" : "''::bytea") + ", 'text/plain', " + bytes + ", " + bytes
                        + ", '', 1, 9000000000000)");
    }

    @Test
    void an_operator_lists_and_deletes_stored_files() {
        stored("small" + customer.account(), 1);
        stored("large" + customer.account(), 1_000_000);
        JsonNode holders = server.get("/admin/files", adminKey).json();
        assertThat(holders.get("bytes_max").longValue()).isEqualTo(8L << 30);
        assertThat(holders.get("data").toString())
                .contains("{\"account\":\"" + customer.account() + "\",\"files\":2,\"bytes\":1000001}");
        JsonNode files = get("/files").get("data");
        assertThat(files.size()).isEqualTo(2);
        assertThat(files.get(0).get("id").asString()).isEqualTo("large" + customer.account());
        assertRefused(
                ask("POST", "/files/delete", "\"file\":\"other\"," + REASON),
                404,
                "invalid_request",
                "no stored file other");
        assertThat(done("POST", "/files/delete", "\"file\":\"large" + customer.account() + "\"")
                        .get("deleted")
                        .intValue())
                .isEqualTo(1);
        assertThat(get("/files").get("data").size()).isEqualTo(1);
        assertThat(done("POST", "/files/delete", "").get("deleted").intValue()).isEqualTo(1);
        assertThat(deed().get("action").asString()).isEqualTo("account.delete_files");
        assertThat(deed().get("after").toString()).isEqualTo("{\"files\":1}");
        assertThat(get("/files").get("data").isEmpty()).isTrue();
    }
}
