package dev.tollgate.pages.dashboard.keys;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.money.Credits;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.customers.keys.Allowlist;
import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.keys.Key;
import dev.tollgate.customers.keys.KeySettings;
import dev.tollgate.customers.roles.Scope;
import dev.tollgate.http.Form;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.pages.dashboard.parts.TypedCredits;
import dev.tollgate.pages.frame.Display;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A key's settings as they stand in a form: texts, right or wrong. Those of a box for a model are in fields whose names begin with {@code model-},
 * since no name may come twice.
 *
 * @param texts by field; a field that is missing is empty
 * @param models ids that are ticked; none means all
 */
public record KeyForm(Map<String, String> texts, Set<String> models) {

    private static final String MODEL = "model-";
    private static final String SCOPE = "scope-";
    private static final Set<String> FIELDS = Set.of("name", "kind", "version", "owner");

    public static final KeyForm EMPTY = new KeyForm(Map.of(), Set.of());

    public KeyForm {
        texts = Map.copyOf(texts);
    }

    /** @param edit null if something is wrong; @param errors a sentence by field */
    public record Reading(@Nullable UnaryOperator<KeySettings> edit, Map<String, String> errors) {}

    /** Returns the form as it was sent. */
    static KeyForm of(Form form) {
        Set<String> models = new LinkedHashSet<>();
        Map<String, String> texts = new HashMap<>();
        form.fields().forEach((name, value) -> {
            if (name.startsWith(MODEL)) {
                models.add(value);
            } else if (FIELDS.contains(name) || name.startsWith(SCOPE) || KeyFields.LIMITS.contains(name)) {
                texts.put(name, value.strip());
            }
        });
        return new KeyForm(texts, models);
    }

    /** Returns the form with the key's present settings. */
    static KeyForm of(Key key, ZoneId zone) {
        KeySettings settings = key.settings();
        Map<String, String> texts = new HashMap<>();
        texts.put("name", settings.name());
        credits(texts, "hour", settings.spend().hourMicros());
        credits(texts, "day", settings.spend().dayMicros());
        credits(texts, "total", settings.spend().totalMicros());
        number(texts, "requests", settings.rates().requests());
        number(texts, "tokens", settings.rates().tokens());
        number(texts, "concurrency", settings.rates().concurrency());
        texts.put("allow", String.join("\n", settings.allow().texts()));
        texts.put("tags", CallLabels.text(settings.tags()).replace(" ", ", "));
        Instant end = settings.expiresAt();
        if (end != null) {
            texts.put("expires", end.minusMillis(1).atZone(zone).toLocalDate().toString());
        }
        return new KeyForm(texts, new LinkedHashSet<>(settings.models()));
    }

    private static void credits(Map<String, String> texts, String field, @Nullable Long micros) {
        if (micros != null) {
            texts.put(field, Credits.text(micros));
        }
    }

    private static void number(Map<String, String> texts, String field, @Nullable Long number) {
        if (number != null) {
            texts.put(field, number.toString());
        }
    }

    /** Returns the scopes of a management key that are ticked: the standard ones before the form is sent. */
    public Set<Scope> scopes() {
        if (texts.isEmpty()) {
            return Scope.STANDARD;
        }
        return Arrays.stream(Scope.values())
                .filter(scope -> texts.containsKey(SCOPE + scope.code()))
                .collect(Collectors.toSet());
    }

    /** Returns the form with another name. */
    KeyForm named(String name) {
        Map<String, String> its = new HashMap<>(texts);
        its.put("name", name);
        return new KeyForm(its, models);
    }

    public String text(String field) {
        return Objects.requireNonNullElse(texts.get(field), "");
    }

    /** Returns the worth of a field's credits; empty if it has no amount. */
    public String dollars(String field) {
        return TypedCredits.dollars(text(field));
    }

    /** Returns whether anything but the name was said. */
    public boolean hasLimits() {
        return !models.isEmpty()
                || texts.entrySet().stream()
                        .anyMatch(text -> KeyFields.LIMITS.contains(text.getKey())
                                && !text.getValue().isEmpty());
    }

    /**
     * Reads the requested settings.
     *
     * @param present the same form as the key's settings make it: what is not changed stays to the letter; null for a new key
     * @param known ids of models that may be chosen
     */
    Reading read(@Nullable KeyForm present, Set<String> known, ZoneId zone) {
        Map<String, String> errors = new LinkedHashMap<>();
        String name = text("name");
        if (!CustomerKeys.isName(name)) {
            errors.put("name", "A name has 1 to " + CustomerKeys.NAME_CHARS_MAX + " printable characters.");
        }
        SpendLimits spend = new SpendLimits(
                credits("hour", present, errors), credits("day", present, errors), credits("total", present, errors));
        CallLimits rates =
                new CallLimits(rate("requests", errors), rate("tokens", errors), rate("concurrency", errors));
        Allowlist allow = allow(errors);
        SortedMap<String, String> tags = tags(errors);
        Instant end = end(zone, errors);
        if (!known.containsAll(models)) {
            errors.put("models", "There is no such model.");
        }
        boolean sameEnd = present != null && present.text("expires").equals(text("expires"));
        return new Reading(
                errors.isEmpty()
                        ? settings -> settings.withName(name)
                                .withSpend(spend)
                                .withRates(rates)
                                .withAllow(allow)
                                .withModels(List.copyOf(models))
                                .withTags(tags)
                                .withExpiresAt(sameEnd ? settings.expiresAt() : end)
                        : null,
                errors);
    }

    private @Nullable Long credits(String field, @Nullable KeyForm present, Map<String, String> errors) {
        String text = text(field);
        Long micros = TypedCredits.micros(text, present == null ? "" : present.text(field));
        if (micros == null && !text.isEmpty()) {
            errors.put(field, TypedCredits.COMPLAINT);
        }
        return micros;
    }

    private @Nullable Long rate(String field, Map<String, String> errors) {
        String text = text(field).replace(",", "");
        if (text.isEmpty()) {
            return null;
        }
        if (text.matches("[0-9]{1,9}")) {
            long number = Long.parseLong(text);
            if (number >= 1 && number <= CallLimits.MAX) {
                return number;
            }
        }
        errors.put(field, "A whole number from 1 to " + Display.number(CallLimits.MAX) + ", or empty for no limit.");
        return null;
    }

    private Allowlist allow(Map<String, String> errors) {
        List<String> entries = new ArrayList<>();
        for (String entry : text("allow").split("[\\s,]+", Allowlist.ENTRIES_MAX + 2)) {
            if (!entry.isEmpty()) {
                entries.add(entry);
            }
        }
        try {
            return Allowlist.of(entries);
        } catch (IllegalArgumentException e) {
            errors.put(
                    "allow",
                    "At most " + Allowlist.ENTRIES_MAX
                            + " IP addresses or blocks like 192.0.2.0/24, one per line. Leave empty to allow all addresses.");
            return Allowlist.EVERYBODY;
        }
    }

    private SortedMap<String, String> tags(Map<String, String> errors) {
        SortedMap<String, String> tags = new TreeMap<>();
        boolean isWrong = false;
        for (String pair : text("tags").split("[\\s,]+", CallLabels.NAMES_MAX + 2)) {
            int at = pair.indexOf('=');
            String name = at < 0 ? pair : pair.substring(0, at);
            String value = pair.substring(at + 1);
            isWrong |= !pair.isEmpty()
                    && (!CallLabels.isName(name)
                            || at < 0
                            || !CallLabels.isValue(value)
                            || tags.put(name, value) != null);
        }
        if (isWrong || tags.size() > CallLabels.NAMES_MAX) {
            errors.put(
                    "tags",
                    "At most " + CallLabels.NAMES_MAX + " pairs like feature=search, with commas between them: "
                            + CallLabels.NAME_FORM + ", a value " + CallLabels.VALUE_FORM + ".");
            return Collections.emptySortedMap();
        }
        return tags;
    }

    private @Nullable Instant end(ZoneId zone, Map<String, String> errors) {
        String text = text("expires");
        if (text.isEmpty()) {
            return null;
        }
        try {
            LocalDate last = LocalDate.parse(text);
            if (last.getYear() >= 1970 && last.getYear() <= 9998) {
                return last.plusDays(1).atStartOfDay(zone).toInstant();
            }
        } catch (DateTimeException e) {
            // reported below
        }
        errors.put("expires", "A day like 2027-03-31, or empty.");
        return null;
    }
}
