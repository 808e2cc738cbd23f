package dev.tollgate.keys;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.http.limits.CallLimits;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a key that its owner can choose.
 *
 * @param name 1 to 200 characters
 * @param scopes the rights of a management key, at least one; empty for other kinds
 * @param rates what it may use a minute and at once
 * @param ceiling the most that its tokens may cost
 * @param models the ids that it may use, at most 100; empty is all
 * @param expiresAt from when on it is refused, or null
 * @param tags of its calls, which precede the request's: values by name, at most {@link CallLabels#NAMES_MAX}
 */
public record KeySettings(
        String name,
        KeyKind kind,
        Set<Scope> scopes,
        Allowlist allow,
        SpendLimits spend,
        CallLimits rates,
        PriceCeiling ceiling,
        List<String> models,
        @Nullable Instant expiresAt,
        SortedMap<String, String> tags) {

    static final int NAME_CHARS_MAX = 200;
    public static final int MODELS_MAX = 100;

    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9._:/@+-]{1,200}");

    public KeySettings {
        if (name.isBlank() || name.length() > NAME_CHARS_MAX) {
            throw new IllegalArgumentException("a key's name has 1 to " + NAME_CHARS_MAX + " characters");
        }
        if (models.size() > MODELS_MAX || !models.stream().allMatch(KeySettings::isModel)) {
            throw new IllegalArgumentException("a key names at most " + MODELS_MAX + " model ids");
        }
        if (scopes.isEmpty() == (kind == KeyKind.MANAGEMENT)) {
            throw new IllegalArgumentException("a management key has scopes, and no other key");
        }
        if (tags.size() > CallLabels.NAMES_MAX
                || !tags.keySet().stream().allMatch(CallLabels::isName)
                || !tags.values().stream().allMatch(CallLabels::isValue)) {
            throw new IllegalArgumentException("a key has at most " + CallLabels.NAMES_MAX + " tags");
        }
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
        scopes = Set.copyOf(scopes);
        models = List.copyOf(models);
    }

    /** Returns whether a text can be the id of a model. */
    public static boolean isModel(String text) {
        return MODEL.matcher(text).matches();
    }

    /** An API key without limits. */
    public static KeySettings named(String name) {
        return new KeySettings(
                name,
                KeyKind.API,
                Set.of(),
                Allowlist.EVERYBODY,
                SpendLimits.NONE,
                CallLimits.NONE,
                PriceCeiling.NONE,
                List.of(),
                null,
                Collections.emptySortedMap());
    }

    public KeySettings withName(String name) {
        return new KeySettings(name, kind, scopes, allow, spend, rates, ceiling, models, expiresAt, tags);
    }

    /** Returns these settings for a key of another kind, a management key with the standard scopes. */
    public KeySettings withKind(KeyKind kind) {
        Set<Scope> its = kind == KeyKind.MANAGEMENT ? Scope.STANDARD : Set.of();
        return new KeySettings(name, kind, its, allow, spend, rates, ceiling, models, expiresAt, tags);
    }

    /** Returns these settings of a management key with other scopes. */
    public KeySettings withScopes(Set<Scope> scopes) {
        return new KeySettings(name, kind, scopes, allow, spend, rates, ceiling, models, expiresAt, tags);
    }

    public KeySettings withAllow(Allowlist allow) {
        return new KeySettings(name, kind, scopes, allow, spend, rates, ceiling, models, expiresAt, tags);
    }

    public KeySettings withSpend(SpendLimits spend) {
        return new KeySettings(name, kind, scopes, allow, spend, rates, ceiling, models, expiresAt, tags);
    }

    public KeySettings withRates(CallLimits rates) {
        return new KeySettings(name, kind, scopes, allow, spend, rates, ceiling, models, expiresAt, tags);
    }

    public KeySettings withCeiling(PriceCeiling ceiling) {
        return new KeySettings(name, kind, scopes, allow, spend, rates, ceiling, models, expiresAt, tags);
    }

    public KeySettings withModels(List<String> models) {
        return new KeySettings(name, kind, scopes, allow, spend, rates, ceiling, models, expiresAt, tags);
    }

    public KeySettings withExpiresAt(@Nullable Instant expiresAt) {
        return new KeySettings(name, kind, scopes, allow, spend, rates, ceiling, models, expiresAt, tags);
    }

    public KeySettings withTags(SortedMap<String, String> tags) {
        return new KeySettings(name, kind, scopes, allow, spend, rates, ceiling, models, expiresAt, tags);
    }
}
