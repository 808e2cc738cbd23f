package dev.tollgate.testing;

import dev.tollgate.customers.roles.Acting;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;

/** An account with one key, and the calls that are made with it. */
public record Customer(Gateway gateway, String account, String keyId, String key) {

    /** Returns a person who changes something in the account. */
    public Acting acting() {
        return new Acting(account, "per_1", null, null);
    }

    public Gateway.Reply chat(String body) {
        return gateway.send(request(body));
    }

    /** Starts the call and returns; {@link #awaitHold} returns when it has begun. */
    public CompletableFuture<Gateway.Reply> chatAside(String body) {
        return gateway.sendAside(request(body));
    }

    /** A call under an idempotency key. */
    public Gateway.Reply chat(String body, String idempotencyKey) {
        return gateway.send(request(body).header("Idempotency-Key", idempotencyKey));
    }

    public CompletableFuture<Gateway.Reply> chatAside(String body, String idempotencyKey) {
        return gateway.sendAside(request(body).header("Idempotency-Key", idempotencyKey));
    }

    /** A call under an idempotency key that can be left. */
    public RawCall chatRaw(String body, String idempotencyKey) {
        return RawCall.chat(gateway.app().port(), key, body, "Idempotency-Key: " + idempotencyKey + "\r\n");
    }

    /** A call that can be left. */
    public RawCall chatRaw(String body) {
        return RawCall.chat(gateway.app().port(), key, body, "");
    }

    /** Returns the call, for more headers. */
    public HttpRequest.Builder request(String body) {
        return HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/chat/completions"))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    /** Puts a person into the account with a role. @return the id of the membership */
    public String member(String name, String role) {
        String id = account.substring(4) + name;
        gateway.execute(
                "INSERT INTO person (id, account_id, login, name, role, password_hash, created_at) VALUES ('per_" + id
                        + "', '" + account + "', '" + id + "@example.org', '" + name + "', 'user', '', 1)");
        gateway.execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_" + id + "', '"
                + account + "', 'per_" + id + "', '" + role + "', 1)");
        return "mem_" + id;
    }

    public JsonNode credits() {
        return gateway.get("/v1/credits", key).json().get("data");
    }

    public BigDecimal balance() {
        return credits().get("balance").decimalValue();
    }

    public BigDecimal consumed() {
        return credits().get("total_consumed").decimalValue();
    }

    public void awaitHold() {
        Gateway.await(
                "a hold", () -> gateway.number("SELECT reserved_micros FROM account WHERE id = '" + account + "'") > 0);
    }

    /** The task of the latest call, once it has ended. */
    public JsonNode lastTask() {
        gateway.writeWhatRides();
        Gateway.await(
                "the call's end",
                () -> gateway.number("SELECT COUNT(*) FROM open_hold WHERE account_id = '" + account + "'") == 0);
        String id = gateway.text(Calls.latestOf(account));
        return gateway.get("/v1/tasks/" + id, key).json();
    }

    public long tasks() {
        return Calls.count(gateway::number, "account_id = '" + account + "'");
    }
}
