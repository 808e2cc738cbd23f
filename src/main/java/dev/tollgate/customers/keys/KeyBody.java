package dev.tollgate.customers.keys;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.json.JsonObjectReader;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.json.Shown;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.customers.keys.CustomerKeys.NewKey;
import dev.tollgate.customers.keys.KeyEdit.RotateKey;
import dev.tollgate.customers.roles.Scope;
import dev.tollgate.http.limits.CallLimits;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Bodies about a key, read to the letter: what is not known is refused by its name. A member that is not there changes nothing, null takes
 * a limit away.
 */
public final class KeyBody {

    private static final int NESTING_MAX = 8;
    private static final ReadLimits LIMITS = new ReadLimits(NESTING_MAX, 1, 1, 1, 0);
    private static final BigDecimal CREDITS_MAX = new BigDecimal(1_000_000_000_000L);
    private static final int DECIMALS = 6;

    /** The end of the year 9999. */
    private static final long SECONDS_MAX = 253_402_300_799L;

    private static final Set<String> CREATABLE =
            Set.of("name", "kind", "scopes", "allow", "spend", "rates", "models", "expires_at", "tags");
    private static final Set<String> CREATABLE_IN_TEAMS =
            Set.of("name", "kind", "allow", "spend", "rates", "models", "expires_at", "tags", "team");
    private static final Set<String> CHANGEABLE =
            Set.of("name", "disabled", "allow", "spend", "rates", "models", "expires_at", "tags");

    private final ObjectNode body;
    private final Function<String, @Nullable String> modelIds;

    /** @param modelIds the id of a model by its id or an alias; null if there is none */
    private KeyBody(ObjectNode body, Function<String, @Nullable String> modelIds) {
        this.body = body;
        this.modelIds = modelIds;
    }

    /** Reads the object of a body. @throws ApiException a 400 that says what is wrong with it */
    static ObjectNode read(byte[] bytes, Lease memory) {
        return JsonObjectReader.read(bytes, LIMITS, memory);
    }

    /** A change of a key. @param disabled null: stays as it is @param onlyDisables whether that is all: it always works */
    public record Change(
            UnaryOperator<KeySettings> edit, @Nullable Boolean disabled, boolean onlyDisables) {}

    /** @throws ApiException a 400 that names the field */
    public static KeySettings creation(ObjectNode sent, Function<String, @Nullable String> modelIds, Instant now) {
        return creation(sent, modelIds, now, CREATABLE);
    }

    private static KeySettings creation(
            ObjectNode sent, Function<String, @Nullable String> modelIds, Instant now, Set<String> known) {
        KeyBody body = new KeyBody(sent, modelIds);
        body.only(known);
        JsonNode name = body.body.get("name");
        if (name == null) {
            throw invalid("name", "is required.");
        }
        KeySettings settings = body.edit().apply(KeySettings.named(body.name(name)));
        Instant end = settings.expiresAt();
        if (end != null && !end.isAfter(now)) {
            throw invalid("expires_at", "must be in the future: " + end + " is past, it is " + now + ".");
        }
        JsonNode kind = body.body.get("kind");
        return body.withScopes(kind == null ? settings : settings.withKind(kind(kind)));
    }

    /**
     * Reads the key that a customer's key wants to make, never a personal key: its secret could read what the member's keys have kept.
     *
     * @throws ApiException a 400 that names the field
     */
    static NewKey creationByKey(ObjectNode sent, Function<String, @Nullable String> modelIds, Instant now) {
        KeySettings settings = creation(sent, modelIds, now, CREATABLE_IN_TEAMS);
        String team = team(sent.get("team"));
        if (!team.isEmpty() && settings.kind() == KeyKind.MANAGEMENT) {
            throw invalid("team", "must be missing or null for a management key.");
        }
        return new NewKey(settings, "", team);
    }

    /** Reads the team to which a key is moved; empty for the account. @throws ApiException a 400 that names the field */
    static String teamOfMove(ObjectNode sent) {
        new KeyBody(sent, id -> null).only(Set.of("team"));
        if (!sent.has("team")) {
            throw invalid("team", "is required.");
        }
        return team(sent.get("team"));
    }

    /** Returns the id of a team; empty if there is none. */
    private static String team(@Nullable JsonNode team) {
        if (team == null || team.isNull()) {
            return "";
        }
        if (!team.isString() || team.stringValue().isEmpty()) {
            throw invalid("team", "must be the id of a team, or null for a key of the account.");
        }
        return team.stringValue();
    }

    /** @throws ApiException a 400 that names the field */
    public static Change change(ObjectNode sent, Function<String, @Nullable String> modelIds) {
        KeyBody body = new KeyBody(sent, modelIds);
        if (body.body.has("kind")) {
            throw invalid("kind", "cannot be changed.");
        }
        body.only(CHANGEABLE);
        if (body.body.isEmpty()) {
            throw ApiError.invalid(null, "The body must name at least one thing to change.")
                    .asException();
        }
        Boolean disabled = body.disabled();
        return new Change(body.edit(), disabled, body.body.size() == 1 && Boolean.TRUE.equals(disabled));
    }

    /** The seconds of {@code grace_seconds}, 0 if it is not there, or no body is. @throws ApiException a 400 that names the field */
    static long graceSeconds(byte[] bytes, Lease memory) {
        if (bytes.length == 0) {
            return 0;
        }
        ObjectNode body = read(bytes, memory);
        new KeyBody(body, id -> null).only(Set.of("grace_seconds"));
        JsonNode grace = body.get("grace_seconds");
        return grace == null ? 0 : whole("grace_seconds", grace, 0, RotateKey.GRACE_MAX.toSeconds());
    }

    private void only(Set<String> known) {
        onlyWith("", body, known);
    }

    private static void onlyWith(String path, ObjectNode object, Set<String> known) {
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            if (!known.contains(member.getKey())) {
                throw invalid(
                        path + Shown.plain(member.getKey()),
                        "is not known here; known are "
                                + String.join(", ", known.stream().sorted().toList()) + ".");
            }
        }
    }

    private @Nullable Boolean disabled() {
        JsonNode disabled = body.get("disabled");
        if (disabled == null) {
            return null;
        }
        if (!disabled.isBoolean()) {
            throw invalid("disabled", "must be true or false.");
        }
        return disabled.booleanValue();
    }

    /** Everything is read and checked before any of it is done. */
    private UnaryOperator<KeySettings> edit() {
        List<UnaryOperator<KeySettings>> edits = body.properties().stream()
                .map(member -> edit(member.getKey(), member.getValue()))
                .filter(Objects::nonNull)
                .toList();
        return settings -> {
            KeySettings edited = settings;
            for (UnaryOperator<KeySettings> edit : edits) {
                edited = edit.apply(edited);
            }
            return edited;
        };
    }

    private @Nullable UnaryOperator<KeySettings> edit(String field, JsonNode value) {
        return switch (field) {
            case "name" -> with(name(value), KeySettings::withName);
            case "allow" -> with(allow(value), KeySettings::withAllow);
            case "spend" -> spend(value);
            case "rates" -> rates(value);
            case "models" -> with(models(value), KeySettings::withModels);
            case "tags" -> with(tags(value), KeySettings::withTags);
            case "expires_at" -> with(expiresAt(value), KeySettings::withExpiresAt);
            default -> null;
        };
    }

    private static <T extends @Nullable Object> UnaryOperator<KeySettings> with(
            T value, BiFunction<KeySettings, T, KeySettings> edit) {
        return settings -> edit.apply(settings, value);
    }

    private String name(JsonNode value) {
        if (!value.isString() || !CustomerKeys.isName(value.stringValue())) {
            throw invalid(
                    "name",
                    "must be 1 to " + CustomerKeys.NAME_CHARS_MAX
                            + " printable characters without a space at either end.");
        }
        return value.stringValue();
    }

    private static KeyKind kind(JsonNode value) {
        try {
            return KeyKind.parse(value.isString() ? value.stringValue() : "");
        } catch (IllegalArgumentException e) {
            throw invalid("kind", "must be api or management.");
        }
    }

    private KeySettings withScopes(KeySettings settings) {
        JsonNode scopes = body.get("scopes");
        if (scopes == null) {
            return settings;
        }
        if (settings.kind() != KeyKind.MANAGEMENT) {
            throw invalid("scopes", "can be chosen only for a management key.");
        }
        try {
            return settings.withScopes(Scope.parse(texts("scopes", scopes, Scope.values().length)));
        } catch (IllegalArgumentException e) {
            throw invalid(
                    "scopes", "must be one or more of " + String.join(", ", Scope.codes(Set.of(Scope.values()))) + ".");
        }
    }

    private static Allowlist allow(JsonNode value) {
        List<String> texts = texts("allow", value, Allowlist.ENTRIES_MAX);
        for (int i = 0; i < texts.size(); i++) {
            try {
                Allowlist.of(List.of(texts.get(i)));
            } catch (IllegalArgumentException e) {
                throw invalid("allow." + i, "must be an IP address or a CIDR block like 192.0.2.0/24.");
            }
        }
        return Allowlist.of(texts);
    }

    private List<String> models(JsonNode value) {
        List<String> texts = texts("models", value, KeySettings.MODELS_MAX);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            String id = modelIds.apply(texts.get(i));
            if (id == null) {
                throw invalid("models." + i, "names no model: '" + Shown.plain(texts.get(i)) + "'.");
            }
            if (!ids.contains(id)) {
                ids.add(id);
            }
        }
        return ids;
    }

    private static SortedMap<String, String> tags(JsonNode value) {
        SortedMap<String, String> tags = new TreeMap<>();
        if (value.isNull()) {
            return tags;
        }
        if (!(value instanceof ObjectNode object)) {
            throw invalid("tags", "must be an object of strings.");
        }
        for (Map.Entry<String, JsonNode> tag : object.properties()) {
            String field = "tags." + Shown.plain(tag.getKey());
            if (!CallLabels.isName(tag.getKey())) {
                throw invalid(field, "is no name of a tag: " + CallLabels.NAME_FORM + ".");
            }
            if (!tag.getValue().isString() || !CallLabels.isValue(tag.getValue().stringValue())) {
                throw invalid(field, "must be a string of " + CallLabels.VALUE_FORM + ".");
            }
            tags.put(tag.getKey(), tag.getValue().stringValue());
        }
        if (tags.size() > CallLabels.NAMES_MAX) {
            throw invalid("tags", "may have at most " + CallLabels.NAMES_MAX + " entries, not " + tags.size() + ".");
        }
        return tags;
    }

    private static List<String> texts(String field, JsonNode value, int max) {
        if (value.isNull()) {
            return List.of();
        }
        if (!value.isArray()) {
            throw invalid(field, "must be a list of strings.");
        }
        if (value.size() > max) {
            throw invalid(field, "may have at most " + max + " entries, not " + value.size() + ".");
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            if (!value.get(i).isString()) {
                throw invalid(field + "." + i, "must be a string.");
            }
            texts.add(value.get(i).stringValue());
        }
        return texts;
    }

    private static UnaryOperator<KeySettings> spend(JsonNode value) {
        if (value.isNull()) {
            return settings -> settings.withSpend(SpendLimits.NONE);
        }
        ObjectNode object = object("spend", value, Set.of("hour", "day", "total"));
        Limit hour = credits("spend.hour", object.get("hour"));
        Limit day = credits("spend.day", object.get("day"));
        Limit total = credits("spend.total", object.get("total"));
        return settings -> {
            SpendLimits old = settings.spend();
            return settings.withSpend(
                    new SpendLimits(hour.or(old.hourMicros()), day.or(old.dayMicros()), total.or(old.totalMicros())));
        };
    }

    private static UnaryOperator<KeySettings> rates(JsonNode value) {
        if (value.isNull()) {
            return settings -> settings.withRates(CallLimits.NONE);
        }
        ObjectNode object = object("rates", value, Set.of("requests", "tokens", "concurrency"));
        Limit requests = rate("rates.requests", object.get("requests"));
        Limit tokens = rate("rates.tokens", object.get("tokens"));
        Limit concurrency = rate("rates.concurrency", object.get("concurrency"));
        return settings -> {
            CallLimits old = settings.rates();
            return settings.withRates(new CallLimits(
                    requests.or(old.requests()), tokens.or(old.tokens()), concurrency.or(old.concurrency())));
        };
    }

    /** @param isGiven whether it is to be changed at all */
    private record Limit(boolean isGiven, @Nullable Long value) {

        static final Limit STAYS = new Limit(false, null);
        static final Limit NONE = new Limit(true, null);

        @Nullable
        Long or(@Nullable Long old) {
            return isGiven ? value : old;
        }
    }

    private static ObjectNode object(String field, JsonNode value, Set<String> known) {
        if (!(value instanceof ObjectNode object)) {
            throw invalid(field, "must be an object.");
        }
        onlyWith(field + ".", object, known);
        return object;
    }

    private static Limit credits(String field, @Nullable JsonNode value) {
        if (value == null) {
            return Limit.STAYS;
        }
        if (value.isNull()) {
            return Limit.NONE;
        }
        String allowed = "must be credits from 0 to " + CREDITS_MAX + " with at most " + DECIMALS + " decimals.";
        if (!value.isNumber()) {
            throw invalid(field, allowed);
        }
        BigDecimal credits = value.decimalValue();
        if (credits.signum() < 0 || credits.compareTo(CREDITS_MAX) > 0) {
            throw invalid(field, allowed);
        }
        try {
            return new Limit(true, credits.movePointRight(DECIMALS).longValueExact());
        } catch (ArithmeticException e) {
            throw invalid(field, allowed);
        }
    }

    private static Limit rate(String field, @Nullable JsonNode value) {
        if (value == null) {
            return Limit.STAYS;
        }
        return value.isNull() ? Limit.NONE : new Limit(true, whole(field, value, 1, CallLimits.MAX));
    }

    private static @Nullable Instant expiresAt(JsonNode value) {
        if (value.isNull()) {
            return null;
        }
        return Instant.ofEpochSecond(whole("expires_at", value, 1, SECONDS_MAX));
    }

    private static long whole(String field, JsonNode value, long least, long most) {
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            long number = value.longValue();
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw invalid(field, "must be a whole number from " + least + " to " + most + ".");
    }

    private static ApiException invalid(String path, String problem) {
        return ApiError.invalid(path, "'" + path + "' " + problem).asException();
    }
}
