package dev.tollgate.customers.keys;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.customers.roles.AccountLog.Changed;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeyLock;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Scope;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Keys as all faces of the API show them: amounts in credits, times in seconds since 1970; null is no limit, or never. */
public final class KeyJson {

    private static final String PAUSED = "paused";

    /** The fields of which the log of an organization does not tell. A team is paused, not its keys. */
    private static final List<String> NOT_LOGGED = List.of("last_used_at", "created_at", PAUSED);

    /** The facts of a key in the operator's audit log, whose subject is the key. */
    public static final List<Fact> FACTS = Stream.concat(
                    KeyOptions.FACTS.stream(),
                    Stream.of(
                            new Fact("prefix", sentence("Prefix")),
                            new Fact("member", sentence("Member")),
                            new Fact("locked", sentence("Locked settings")),
                            new Fact(PAUSED, sentence("Paused team")),
                            Fact.hidden("id"),
                            Fact.hidden("account"),
                            Fact.hidden("created_at"),
                            Fact.hidden("last_used_at")))
            .toList();

    private KeyJson() {}

    /** @param secret shown this once, or null */
    static ObjectNode of(Key key, @Nullable String secret) {
        return node(key, null, secret);
    }

    /** Writes a key with its account, for operators and the audit log. @param secret shown only in this response, or null */
    public static ObjectNode ofOperator(Key key, @Nullable String secret) {
        return node(key, key.accountId(), secret);
    }

    /**
     * Returns what a change has changed, for the log of an organization: the fields that differ. Returns null if none does.
     *
     * @param before null for a new key
     * @param after null for a deleted key
     */
    public static @Nullable Changed changed(@Nullable Key before, @Nullable Key after) {
        ObjectNode was = before == null ? ApiJson.MAPPER.createObjectNode() : node(before, null, null);
        ObjectNode is = after == null ? ApiJson.MAPPER.createObjectNode() : node(after, null, null);
        Stream.concat(was.propertyNames().stream(), is.propertyNames().stream())
                .distinct()
                .toList()
                .forEach(field -> {
                    boolean isAlone = before == null || after == null;
                    if (isAlone
                            ? isBlank(was.path(field)) && isBlank(is.path(field))
                            : Objects.equals(was.get(field), is.get(field))) {
                        was.remove(field);
                        is.remove(field);
                    }
                });
        Changed changed = new Changed(before == null ? null : shown(was), after == null ? null : shown(is));
        return Objects.equals(changed.beforeJson(), changed.afterJson()) ? null : changed;
    }

    private static boolean isBlank(JsonNode value) {
        return value.isNull()
                || value.isMissingNode()
                || (value.isContainer() && value.values().stream().allMatch(KeyJson::isBlank));
    }

    private static String shown(ObjectNode fields) {
        fields.remove(NOT_LOGGED);
        return fields.toString();
    }

    private static ObjectNode node(Key key, @Nullable String account, @Nullable String secret) {
        KeySettings settings = key.settings();
        ObjectNode json = ApiJson.MAPPER.createObjectNode().put("id", key.id());
        if (account != null) {
            json.put("account", account);
        }
        owner(json, "member", key.owner().memberId());
        owner(json, "team", key.owner().teamId());
        if (secret != null && !secret.isEmpty()) {
            json.put("key", secret);
        }
        json.put("prefix", key.prefix())
                .put("name", settings.name())
                .put("kind", settings.kind().code())
                .put("disabled", key.disabled());
        if (key.pausedTeam() != null) {
            json.put(PAUSED, true);
        }
        if (!key.locks().isEmpty()) {
            texts(json.putArray("locked"), KeyLock.codes(key.locks()));
        }
        if (settings.kind() == KeyKind.MANAGEMENT) {
            texts(json.putArray("scopes"), Scope.codes(settings.scopes()));
        }
        texts(json.putArray("allow"), settings.allow().texts());
        limits(json, settings);
        return json.put("expires_at", ApiJson.seconds(settings.expiresAt()))
                .put("last_used_at", ApiJson.seconds(key.lastUsedAt()))
                .put("created_at", ApiJson.seconds(key.createdAt()));
    }

    private static void limits(ObjectNode json, KeySettings settings) {
        SpendLimits spend = settings.spend();
        ObjectNode spendJson = json.putObject("spend");
        ApiJson.credits(spendJson, "hour", spend.hourMicros());
        ApiJson.credits(spendJson, "day", spend.dayMicros());
        ApiJson.credits(spendJson, "total", spend.totalMicros());
        CallLimits rates = settings.rates();
        json.putObject("rates")
                .put("requests", rates.requests())
                .put("tokens", rates.tokens())
                .put("concurrency", rates.concurrency());
        ApiJson.credits(json, "max_input_price", settings.ceiling().inputMicros());
        ApiJson.credits(json, "max_output_price", settings.ceiling().outputMicros());
        texts(json.putArray("models"), settings.models());
        ObjectNode tags = json.putObject("tags");
        settings.tags().forEach(tags::put);
    }

    /** An account key has neither. */
    private static void owner(ObjectNode json, String field, String id) {
        if (!id.isEmpty()) {
            json.put(field, id);
        }
    }

    private static void texts(ArrayNode array, List<String> texts) {
        texts.forEach(array::add);
    }
}
