package dev.tollgate.operator.admin;

import static dev.tollgate.operator.admin.OperatorRoutes.asking;
import static dev.tollgate.operator.admin.OperatorRoutes.by;
import static dev.tollgate.operator.admin.OperatorRoutes.doing;

import dev.tollgate.base.money.Credits;
import dev.tollgate.customers.keys.Allowlist;
import dev.tollgate.customers.keys.KeySettings;
import dev.tollgate.http.Handler;
import dev.tollgate.http.limits.Rates;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** {@code /admin/accounts…}: accounts, their money and their keys. */
public final class AccountsHandler {

    private static final JsonMapper JSON = new JsonMapper();

    private final StoredAdministration administration;
    private final Deeds deeds;
    private final Deletions deletions;

    public AccountsHandler(StoredAdministration administration, Deletions deletions) {
        this.administration = administration;
        this.deletions = deletions;
        this.deeds = administration.deeds();
    }

    /** {@code GET /admin/accounts?after=&limit=}. */
    public Handler<Object> list() {
        return asking(exchange -> {
            String after = OperatorRoutes.word(exchange, "after");
            int limit = OperatorRoutes.limit(exchange, Administration.PAGE_MAX);
            return () -> {
                AdminViews.Page<AdminViews.Account> page = administration.accounts(after, limit);
                ObjectNode list = JSON.createObjectNode();
                ArrayNode data = list.putArray("data");
                page.data().forEach(account -> data.add(json(account)));
                return JSON.writeValueAsBytes(list.put("next", page.next()));
            };
        });
    }

    /** {@code POST /admin/accounts {name, credits, reason}}. */
    public Handler<Object> create() {
        return doing(
                201,
                (exchange, body) -> {
                    By by = by(exchange, body);
                    String name = body.needText("name");
                    long micros = body.has("credits") ? body.credits("credits") : 0;
                    if (micros < 0) {
                        throw OperatorBody.wrong("credits", "must be 0 or more");
                    }
                    return () -> JSON.writeValueAsBytes(json(deeds.createAccount(by, name, micros)));
                },
                "name",
                "credits",
                "reason");
    }

    /** {@code GET /admin/accounts/{id}}. */
    public Handler<Object> one() {
        return asking(exchange -> {
            String id = exchange.pathParam("id");
            return () -> JSON.writeValueAsBytes(json(deeds.account(id)));
        });
    }

    /** {@code POST /admin/accounts/{id}/grants {credits, reason, id}}. */
    public Handler<Object> grant() {
        return doing(
                200,
                (exchange, body) -> {
                    By by = by(exchange, body);
                    String id = exchange.pathParam("id");
                    long micros = body.someCredits("credits");
                    return () -> JSON.writeValueAsBytes(json(deeds.grant(by, id, micros)));
                },
                "credits",
                "reason",
                "id");
    }

    /** {@code POST /admin/accounts/{id}/adjustments {credits, reason, id}}; below zero takes away. */
    public Handler<Object> adjust() {
        return doing(
                200,
                (exchange, body) -> {
                    By by = by(exchange, body);
                    String id = exchange.pathParam("id");
                    long micros = body.credits("credits");
                    if (micros == 0) {
                        throw OperatorBody.wrong("credits", "must not be 0");
                    }
                    return () -> JSON.writeValueAsBytes(json(deeds.adjust(by, id, micros)));
                },
                "credits",
                "reason",
                "id");
    }

    /** {@code POST /admin/accounts/{id}/delete {reason}}. */
    public Handler<Object> delete() {
        return doing(
                200,
                (exchange, body) -> {
                    By by = by(exchange, body);
                    String id = exchange.pathParam("id");
                    return () -> JSON.writeValueAsBytes(json(deletions.delete(by, id)));
                },
                "reason");
    }

    /** {@code POST /admin/accounts/{id}/block {blocked, reason}}. */
    public Handler<Object> block() {
        return doing(
                200,
                (exchange, body) -> {
                    By by = by(exchange, body);
                    String id = exchange.pathParam("id");
                    boolean blocked = body.needFlag("blocked");
                    return () -> JSON.writeValueAsBytes(json(deeds.block(by, id, blocked)));
                },
                "blocked",
                "reason");
    }

    /** {@code GET /admin/accounts/{id}/limits}. */
    public Handler<Object> limits() {
        return asking(exchange -> {
            String id = exchange.pathParam("id");
            return () -> JSON.writeValueAsBytes(json(administration.accountLimits(id)));
        });
    }

    /**
     * {@code POST /admin/accounts/{id}/limits {requests, tokens, concurrency, spend: {hour, day, total}, reason}}: what is left out has no
     * limit.
     */
    public Handler<Object> setLimits() {
        return doing(
                200,
                (exchange, body) -> {
                    By by = by(exchange, body);
                    String id = exchange.pathParam("id");
                    AdminViews.AccountLimits limits = new AdminViews.AccountLimits(
                            body.limit("requests", Rates.MAX),
                            body.limit("tokens", Rates.MAX),
                            body.limit("concurrency", Rates.MAX),
                            body.spend("spend"));
                    return () ->
                            JSON.writeValueAsBytes(json(administration.as(by).setAccountLimits(id, limits)));
                },
                "requests",
                "tokens",
                "concurrency",
                "spend",
                "reason");
    }

    private static ObjectNode json(AdminViews.AccountLimits limits) {
        ObjectNode json = JSON.createObjectNode()
                .put("requests", limits.requests())
                .put("tokens", limits.tokens())
                .put("concurrency", limits.concurrency());
        spend(json, limits.spend());
        return json;
    }

    private static void spend(ObjectNode json, AdminViews.Spend limits) {
        ObjectNode spend = json.putObject("spend");
        credits(spend, "hour", limits.hourMicros());
        credits(spend, "day", limits.dayMicros());
        credits(spend, "total", limits.totalMicros());
    }

    /** {@code GET /admin/accounts/{id}/keys?after=&limit=}. */
    public Handler<Object> keys() {
        return asking(exchange -> {
            String id = exchange.pathParam("id");
            String after = OperatorRoutes.word(exchange, "after");
            int limit = OperatorRoutes.limit(exchange, Administration.PAGE_MAX);
            return () -> {
                deeds.account(id);
                AdminViews.Page<AdminViews.ApiKey> page = administration.keys(id, after, limit);
                ObjectNode list = JSON.createObjectNode();
                ArrayNode data = list.putArray("data");
                page.data().forEach(key -> data.add(json(key)));
                return JSON.writeValueAsBytes(list.put("next", page.next()));
            };
        });
    }

    /** {@code POST /admin/accounts/{id}/keys {name, …}}: {@code key} is in this answer and in no other. */
    public Handler<Object> createKey() {
        return doing(
                201,
                (exchange, body) -> {
                    By by = by(exchange, body);
                    String id = exchange.pathParam("id");
                    AdminViews.KeyChoice choice = new AdminViews.KeyChoice(
                            body.needText("name"),
                            kind(body),
                            body.spend("spend"),
                            body.texts("allow", Allowlist.ENTRIES_MAX),
                            body.rate("requests"),
                            body.rate("tokens"),
                            body.rate("concurrency"),
                            body.texts("models", KeySettings.MODELS_MAX),
                            body.time("expires_at"));
                    return () -> {
                        AdminViews.NewKey made = administration.as(by).createKey(id, choice);
                        return JSON.writeValueAsBytes(json(made.key()).put("key", made.secret()));
                    };
                },
                "name",
                "kind",
                "spend",
                "rates",
                "allow",
                "models",
                "expires_at",
                "reason");
    }

    private static AdminViews.Kind kind(OperatorBody body) {
        String word = body.text("kind");
        return switch (word) {
            case null -> AdminViews.Kind.API;
            case "api" -> AdminViews.Kind.API;
            case "management" -> AdminViews.Kind.MANAGEMENT;
            default -> throw OperatorBody.wrong("kind", "must be api or management");
        };
    }

    static ObjectNode json(AdminViews.Account account) {
        ObjectNode json = JSON.createObjectNode();
        json.put("id", account.id()).put("name", account.name()).put("blocked", account.blocked());
        credits(json, "balance", account.balanceMicros());
        credits(json, "reserved", account.reservedMicros());
        credits(json, "total_purchased", account.purchasedMicros());
        credits(json, "total_consumed", account.consumedMicros());
        credits(json, "sandbox_only", account.sandboxMicros());
        return json.put("created_at", OperatorRoutes.seconds(account.createdAt()))
                .put("deleted_at", OperatorRoutes.seconds(account.deletedAt()));
    }

    private static ObjectNode json(AdminViews.ApiKey key) {
        ObjectNode json = JSON.createObjectNode();
        json.put("id", key.id())
                .put("account", key.accountId())
                .put("prefix", key.prefix())
                .put("name", key.name())
                .put("kind", key.kind() == AdminViews.Kind.API ? "api" : "management")
                .put("disabled", key.disabled());
        ArrayNode allow = json.putArray("allow");
        key.allow().forEach(allow::add);
        spend(json, key.spend());
        json.putObject("rates")
                .put("requests", key.requestsPerMinute())
                .put("tokens", key.tokensPerMinute())
                .put("concurrency", key.concurrency());
        ArrayNode models = json.putArray("models");
        key.models().forEach(models::add);
        return json.put("expires_at", OperatorRoutes.seconds(key.expiresAt()))
                .put("created_at", OperatorRoutes.seconds(key.createdAt()))
                .put("last_used_at", OperatorRoutes.seconds(key.lastUsedAt()));
    }

    static void credits(ObjectNode json, String name, @Nullable Long micros) {
        if (micros == null) {
            json.putNull(name);
        } else {
            json.putRawValue(name, new RawValue(Credits.text(micros)));
        }
    }
}
