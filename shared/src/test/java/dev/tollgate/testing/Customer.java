package dev.tollgate.testing;

import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;

/** An account with one key, and the calls that are made with it. */
public record Customer(KeysServer server, String account, String keyId, String key) {

    public RunningServer.Reply chat(String body) {
        return server.send(request(body));
    }

    /** Starts the call and returns; {@link #awaitHold} returns when it has begun. */
    public CompletableFuture<RunningServer.Reply> chatAside(String body) {
        return server.sendAside(request(body));
    }

    /** A call under an idempotency key. */
    public RunningServer.Reply chat(String body, String idempotencyKey) {
        return server.send(request(body).header("Idempotency-Key", idempotencyKey));
    }

    public CompletableFuture<RunningServer.Reply> chatAside(String body, String idempotencyKey) {
        return server.sendAside(request(body).header("Idempotency-Key", idempotencyKey));
    }

    /** A call under an idempotency key that can be left. */
    public RawCall chatRaw(String body, String idempotencyKey) {
        return RawCall.chat(server.port(), key, body, "Idempotency-Key: " + idempotencyKey + "\r\n");
    }

    /** A call that can be left. */
    public RawCall chatRaw(String body) {
        return RawCall.chat(server.port(), key, body, "");
    }

    /** Returns the call, for more headers. */
    public HttpRequest.Builder request(String body) {
        return HttpRequest.newBuilder(URI.create(server.url() + "/v1/chat/completions"))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    /** Puts a person into the account with a role. @return the id of the membership */
    public String member(String name, String role) {
        String id = account.substring(4) + name;
        server.execute("INSERT INTO person (id, account_id, login, name, role, password_hash, created_at) VALUES ('per_"
                + id + "', '" + account + "', '" + id + "@example.org', '" + name + "', 'user', '', 1)");
        server.execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_" + id + "', '"
                + account + "', 'per_" + id + "', '" + role + "', 1)");
        return "mem_" + id;
    }

    /** Makes a further key. @param member its owner; empty for none @param team which it belongs to; empty for none @return its secret */
    public String keyOf(String member, String team) {
        KeyResult.Made made = server.createKey(account, KeySettings.named("owned"));
        server.own(made.key().id(), member, team);
        return made.secret();
    }

    /** Makes a management key. @return its secret */
    public String managementKey() {
        return server.createKey(account, KeySettings.named("m").withKind(KeyKind.MANAGEMENT))
                .secret();
    }

    public JsonNode credits() {
        return server.get("/v1/credits", key).json().get("data");
    }

    public BigDecimal balance() {
        return credits().get("balance").decimalValue();
    }

    public BigDecimal consumed() {
        return credits().get("total_consumed").decimalValue();
    }

    public void awaitHold() {
        RunningServer.await(
                "a hold", () -> server.number("SELECT reserved_micros FROM account WHERE id = '" + account + "'") > 0);
    }

    /** The task of the latest call, once it has ended. */
    public JsonNode lastTask() {
        server.writeWhatRides();
        RunningServer.await(
                "the call's end",
                () -> server.number("SELECT COUNT(*) FROM open_hold WHERE account_id = '" + account + "'") == 0);
        String id = server.text(Calls.latestOf(account));
        return server.get("/v1/tasks/" + id, key).json();
    }

    public long tasks() {
        return Calls.count(server::number, "account_id = '" + account + "'");
    }
}
