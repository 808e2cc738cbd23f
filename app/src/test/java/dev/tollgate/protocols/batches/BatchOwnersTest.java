package dev.tollgate.protocols.batches;

import static dev.tollgate.protocols.batches.DrivenBatch.MODEL;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Keys, members, teams and accounts that change while one of their batches runs, and who reads it. */
@Timeout(120)
class BatchOwnersTest {

    private static Gateway gateway;
    private Customer customer;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", Gateway.ADMIN_KEY));
        gateway.setNow(gateway.now());
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @BeforeEach
    void customer() {
        customer = gateway.customer("100");
    }

    private DrivenBatch midway() {
        return DrivenBatch.midway(gateway, customer, 2, 2, DrivenBatch.chat(MODEL, "Hi", ",\"max_tokens\":1000"));
    }

    private static Reply admin(String method, String path, String body) {
        Reply reply = gateway.send(method, "/admin" + path, body, Gateway.ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isLessThan(300);
        return reply;
    }

    private Reply account(String method, String path, String body) {
        return admin(method, "/accounts/" + customer.account() + path, "{" + body + "\"reason\":\"a test\"}");
    }

    private Reply key(String body) {
        return admin("PATCH", "/keys/" + customer.keyId(), "{" + body + ",\"reason\":\"a test\"}");
    }

    private String manager() {
        return gateway.commands()
                .createKey(customer.account(), KeySettings.named("m").withKind(KeyKind.MANAGEMENT))
                .secret();
    }

    private String otherKey() {
        return gateway.createKey(customer.account(), KeySettings.named("other")).secret();
    }

    private String team() {
        String id = "team_" + customer.account().substring(4);
        gateway.execute("INSERT INTO team (id, account_id, name, created_at) VALUES ('" + id + "', '"
                + customer.account() + "', 'Search', 1)");
        return id;
    }

    private static void later(Duration time) {
        gateway.setNow(gateway.now().plus(time));
    }

    private void awaitPause(String reason) {
        await("pause", reason);
    }

    private void await(String column, String value) {
        Gateway.await(value, () -> gateway.text(
                        "SELECT COALESCE(" + column + ", '') FROM job WHERE account_id = '" + customer.account() + "'")
                .equals(value));
    }

    private long answers() {
        return gateway.number(
                "SELECT COUNT(*) FROM call WHERE charged_micros > 0 AND account_id = '" + customer.account() + "'");
    }

    private void assertCompleted(DrivenBatch batch) {
        later(Duration.ofMinutes(1));
        await("state", "completed");
        assertThat(batch.count("completed")).isEqualTo(4);
        batch.assertAddsUp();
    }

    /** It makes nothing more until its deadline. */
    private void assertExpires() {
        later(Duration.ofMinutes(1));
        awaitPause("key");
        later(Duration.ofDays(1));
        await("state", "expired");
        assertThat(answers()).isEqualTo(2);
    }

    // ---- what happens to keys ----

    @Test
    void a_moved_key_pays_and_reads_on() {
        DrivenBatch batch = midway();
        Reply moved =
                gateway.post("/v1/keys/" + customer.keyId() + "/move", "{\"team\":\"" + team() + "\"}", manager());
        assertThat(moved.status()).as(moved.text()).isEqualTo(200);
        assertCompleted(batch);
        assertThat(gateway.number(
                        "SELECT COUNT(DISTINCT key_id) FROM call WHERE account_id = '" + customer.account() + "'"))
                .as("the key before and after")
                .isEqualTo(2);
        assertThat(batch.answers()).hasSize(4);
    }

    @Test
    void a_new_secret_pays_and_reads_on() {
        DrivenBatch batch = midway();
        String secret = admin(
                        "POST", "/keys/" + customer.keyId() + "/rotate", "{\"grace_seconds\":0,\"reason\":\"a test\"}")
                .json()
                .path("key")
                .asString();
        assertThat(gateway.get("/v1/batches/" + batch.id(), customer.key()).status())
                .isEqualTo(401);
        DrivenBatch its = batch.with(secret);
        assertCompleted(its);
        assertThat(its.answers()).hasSize(4);
    }

    @Test
    void a_disabled_key_lets_its_batch_wait_until_it_is_enabled() {
        DrivenBatch batch = midway();
        DrivenBatch seen = batch.with(otherKey());
        key("\"disabled\":true");
        later(Duration.ofMinutes(1));
        seen.awaitPause("key");
        assertThat(seen.get().path("paused").path("message").asString()).contains("disabled");
        assertThat(gateway.get("/v1/batches/" + batch.id(), customer.key()).status())
                .isEqualTo(401);
        assertThat(answers()).isEqualTo(2);
        key("\"disabled\":false");
        assertCompleted(batch);
    }

    @Test
    void a_deleted_key_pays_nothing_more() {
        midway();
        Reply deleted = gateway.send("DELETE", "/v1/keys/" + customer.keyId(), null, manager());
        assertThat(deleted.status()).as(deleted.text()).isLessThan(300);
        assertExpires();
    }

    @Test
    void a_paused_team_lets_its_batch_wait() {
        String team = team();
        gateway.own(customer.keyId(), "", team);
        DrivenBatch batch = midway();
        account("PATCH", "/teams/" + team, "\"paused\":true,");
        later(Duration.ofMinutes(1));
        awaitPause("key");
        account("PATCH", "/teams/" + team, "\"paused\":false,");
        assertCompleted(batch);
    }

    @Test
    void a_blocked_account_that_is_let_in_again_within_an_hour_goes_on() {
        DrivenBatch batch = midway();
        account("POST", "/block", "\"blocked\":true,");
        later(Duration.ofMinutes(1));
        awaitPause("key");
        assertThat(gateway.get("/v1/batches/" + batch.id(), customer.key()).status())
                .isEqualTo(401);
        account("POST", "/block", "\"blocked\":false,");
        assertCompleted(batch);
    }

    @Test
    void the_input_of_a_blocked_account_goes_and_its_results_stay() {
        DrivenBatch batch = midway();
        account("POST", "/block", "\"blocked\":true,");
        later(Duration.ofMinutes(1));
        awaitPause("key");
        gateway.execute("UPDATE stored_file SET expires_at = 1 WHERE account_id = '" + customer.account()
                + "'"); // as the sweep does within the hour
        account("POST", "/block", "\"blocked\":false,");
        later(Duration.ofMinutes(1));
        await("state", "failed");
        assertThat(batch.get().path("errors").path("data").path(0).path("code").asString())
                .isEqualTo("input_gone");
        assertThat(batch.answers()).hasSize(2);
        assertThat(batch.errors()).hasSize(2).allSatisfy(line -> assertThat(
                        line.path("error").path("code").asString())
                .isEqualTo("batch_failed"));
    }

    @Test
    void nothing_more_is_made_for_a_removed_member() {
        String member = customer.member("ned", "member");
        gateway.own(customer.keyId(), member, "");
        midway();
        account("DELETE", "/members/" + member, "");
        assertExpires();
    }

    // ---- who reads ----

    /** Answers the 404 of an id that does not exist. */
    @Test
    void other_keys_members_and_accounts_learn_nothing_of_a_batch() {
        gateway.own(customer.keyId(), customer.member("ned", "member"), "");
        DrivenBatch batch = midway();
        gateway.script(DrivenBatch.wrong());
        later(Duration.ofMinutes(1));
        JsonNode ended = batch.ended();
        Customer member = another();
        gateway.own(member.keyId(), customer.member("una", "admin"), "");
        Customer ofTeam = another();
        gateway.own(ofTeam.keyId(), "", team());
        for (Customer other : List.of(member, ofTeam, another(), gateway.customer("10"))) {
            assertUnknown("GET", "/v1/batches/ID", batch.id(), "batch_", other);
            assertUnknown("POST", "/v1/batches/ID/cancel", batch.id(), "batch_", other);
            assertUnknown("GET", "/v1/batches?after=ID", batch.id(), "batch_", other);
            for (String its : List.of("input_file_id", "output_file_id", "error_file_id")) {
                String file = ended.path(its).asString();
                assertUnknown("GET", "/v1/files/ID", file, "file-", other);
                assertUnknown("GET", "/v1/files/ID/content", file, "file-", other);
                assertUnknown("DELETE", "/v1/files/ID", file, "file-", other);
            }
            assertThat(gateway.get("/v1/batches", other.key())
                            .json()
                            .path("data")
                            .size())
                    .isZero();
            assertThat(gateway.get("/v1/files", other.key()).json().path("data").size())
                    .isZero();
        }
        assertThat(batch.answers()).hasSize(2);
        assertThat(batch.errors()).hasSize(2);
    }

    private Customer another() {
        var key = gateway.createKey(customer.account(), KeySettings.named("another"));
        return new Customer(gateway, customer.account(), key.key().id(), key.secret());
    }

    private static void assertUnknown(String method, String path, String id, String prefix, Customer by) {
        String nobodys = prefix + id.substring(prefix.length()).replaceAll("[0-9a-f](?=[^0-9]*$)", "7");
        Reply unknown = gateway.send(method, path.replace("ID", nobodys), null, by.key());
        Reply reply = gateway.send(method, path.replace("ID", id), null, by.key());
        assertThat(reply.status()).as(path).isEqualTo(404);
        assertThat(reply.text().replace(id, "ID").replaceAll("req_[0-9A-Za-z]+", ""))
                .isEqualTo(unknown.text().replace(nobodys, "ID").replaceAll("req_[0-9A-Za-z]+", ""));
    }
}
