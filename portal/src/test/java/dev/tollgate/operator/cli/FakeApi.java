package dev.tollgate.operator.cli;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.operator.admin.AdminApi;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Accounts and keys in memory, with small pages. */
final class FakeApi implements AdminApi {

    /** 20 November 2026, 9:00 in UTC. */
    static final long TIME = 1_795_165_200;

    private static final JsonMapper JSON = new JsonMapper();
    private static final String NO_LIMITS = """
            {"requests":null,"tokens":null,"concurrency":null,"spend":{"hour":null,"day":null,"total":null}}""";

    final Map<String, ObjectNode> accounts = new LinkedHashMap<>();
    final Map<String, ObjectNode> keys = new LinkedHashMap<>();
    final List<String> reasons = new ArrayList<>();
    private final ObjectNode limits = (ObjectNode) JSON.readTree(NO_LIMITS);
    int pageMax = 2;
    int closed;
    long rotatedWithGrace = -1;

    @Override
    public JsonNode ask(String method, String path, Map<String, String> parameters, @Nullable ObjectNode body) {
        String id = parameters.getOrDefault("id", "");
        return switch (method + " " + path) {
            case "POST /admin/accounts" -> createAccount(body);
            case "GET /admin/accounts" -> page(accounts.values(), parameters);
            case "POST /admin/accounts/{id}/grants" -> grant(known(accounts, "account", id), body);
            case "GET /admin/accounts/{id}/limits" -> limits;
            case "POST /admin/accounts/{id}/limits" -> {
                reasons.add(body.remove("reason").asString());
                yield set(limits, body);
            }
            case "POST /admin/accounts/{id}/keys" -> {
                known(accounts, "account", id);
                ObjectNode key = (ObjectNode) JSON.readTree(NO_LIMITS);
                key.putObject("rates").set("requests", key.remove("requests"));
                key.withObjectProperty("rates").set("tokens", key.remove("tokens"));
                key.withObjectProperty("rates").set("concurrency", key.remove("concurrency"));
                key.put("id", "key_" + (keys.size() + 1))
                        .put("account", id)
                        .put("prefix", "sk-12345678")
                        .put("kind", "api")
                        .put("disabled", false)
                        .put("state", "active")
                        .put("created_at", TIME)
                        .putNull("last_used_at")
                        .putNull("expires_at");
                key.putArray("allow");
                key.putArray("models");
                keys.put(key.get("id").asString(), key);
                yield set(key, body).deepCopy().put("key", "sk-" + "1234567890abcdef".repeat(4));
            }
            case "GET /admin/keys" -> page(keys.values(), parameters);
            case "PATCH /admin/keys/{id}" -> set(known(keys, "key", id), body);
            case "POST /admin/keys/{id}/rotate" -> {
                rotatedWithGrace = body.get("grace_seconds").longValue();
                yield known(keys, "key", id).deepCopy().put("key", "sk-" + "fedcba0987654321".repeat(4));
            }
            case "GET /admin/people" -> {
                if (parameters.get("login").equals("nobody")) {
                    throw new ApiException(400, "No person signs in as nobody.");
                }
                yield JSON.createObjectNode().put("account", "acc_1").put("login", parameters.get("login"));
            }
            case "POST /admin/accounts/{id}/reset-link" ->
                link(body)
                        .put(
                                "link",
                                "https://ai.example.org/reset/for_"
                                        + body.get("reason").asString());
            case "POST /admin/invitations" ->
                body.has("account")
                        ? link(body).put("mailed", true)
                        : link(body)
                                .put("link", "/invite/for_" + body.get("reason").asString());
            case "POST /admin/mail" -> body;
            default -> throw new AssertionError(method + " " + path);
        };
    }

    private ObjectNode createAccount(ObjectNode body) {
        String id = "acc_" + (accounts.size() + 1);
        BigDecimal credits = body.path("credits").decimalValue(BigDecimal.ZERO);
        ObjectNode account = JSON.createObjectNode()
                .put("id", id)
                .put("name", body.get("name").asString())
                .put("blocked", false)
                .put("balance", credits)
                .put("reserved", 0)
                .put("total_purchased", credits)
                .put("total_consumed", 0)
                .put("created_at", TIME)
                .putNull("deleted_at");
        accounts.put(id, account);
        return account;
    }

    private ObjectNode grant(ObjectNode account, ObjectNode body) {
        reasons.add(body.get("reason").asString());
        return account.put(
                "balance",
                account.get("balance").decimalValue().add(body.get("credits").decimalValue()));
    }

    private static ObjectNode set(ObjectNode key, ObjectNode body) {
        for (Map.Entry<String, JsonNode> member : body.properties()) {
            if (member.getValue() instanceof ObjectNode inner) {
                inner.properties()
                        .forEach(each -> key.withObjectProperty(member.getKey()).set(each.getKey(), each.getValue()));
            } else {
                key.set(member.getKey(), member.getValue());
            }
        }
        return key;
    }

    private static ObjectNode link(ObjectNode body) {
        String email = body.path(body.has("email") ? "email" : "login").asString();
        return JSON.createObjectNode().put("email", email).put("mailed", false);
    }

    private static ObjectNode known(Map<String, ObjectNode> all, String what, String id) {
        ObjectNode found = all.get(id);
        if (found == null) {
            throw new ApiException(400, "There is no " + what + " " + id + ".");
        }
        return found;
    }

    private ObjectNode page(Iterable<ObjectNode> all, Map<String, String> parameters) {
        ObjectNode page = JSON.createObjectNode();
        ArrayNode data = page.putArray("data");
        String after = parameters.getOrDefault("after", "");
        boolean begun = after.isEmpty();
        String last = null;
        for (ObjectNode each : all) {
            if (begun && data.size() == pageMax) {
                return page.put("next", last);
            }
            last = each.get("id").asString();
            if (begun) {
                data.add(each);
            }
            begun |= last.equals(after);
        }
        return page.putNull("next");
    }

    @Override
    public void close() {
        closed++;
    }
}
