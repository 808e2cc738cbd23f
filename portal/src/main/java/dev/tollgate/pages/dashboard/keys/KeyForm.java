package dev.tollgate.pages.dashboard.keys;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.fields.WrittenTime;
import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.money.Credits;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.http.Form;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Scope;
import dev.tollgate.pages.dashboard.parts.TypedCredits;
import dev.tollgate.pages.frame.Money;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key's settings as they stand in a form: texts, right or wrong. Those of a box for a model are in fields whose names begin with {@code model-},
 * since no name may come twice.
 *
 * @param texts by field; a field that is missing is empty
 */
public record KeyForm(Map<String, String> texts) {

    private static final String MODEL = "model-";
    private static final String SCOPE = "scope-";
    private static final Set<String> FIELDS = Set.of("name", "kind", "version", "owner", TypedCredits.UNIT);
    private static final List<String> AMOUNTS = List.of("hour", "day", "total", "max_input_price", "max_output_price");

    private static final String NO_AMOUNT = "no amount";

    static final KeyForm EMPTY = new KeyForm(Map.of());

    public KeyForm {
        texts = Map.copyOf(texts);
    }

    /** Returns the form as it was sent. */
    static KeyForm of(Form form) {
        List<String> models = new ArrayList<>();
        List<String> scopes = new ArrayList<>();
        Map<String, String> texts = new HashMap<>();
        form.fields().forEach((name, value) -> {
            if (name.startsWith(MODEL)) {
                models.add(value);
            } else if (name.startsWith(SCOPE)) {
                scopes.add(name.substring(SCOPE.length()));
            } else if (FIELDS.contains(name) || KeyFields.LIMITS.contains(name)) {
                texts.put(name, value.strip());
            }
        });
        texts.put("models", String.join(",", models));
        texts.put("scopes", String.join(",", scopes));
        return new KeyForm(texts);
    }

    /** Returns the form with the key's present settings. @param money of its amounts */
    static KeyForm of(Key key, ZoneId zone, Money money) {
        KeySettings settings = key.settings();
        Map<String, String> texts = new HashMap<>();
        texts.put("name", settings.name());
        texts.put(TypedCredits.UNIT, money.word());
        amount(texts, "hour", settings.spend().hourMicros(), money);
        amount(texts, "day", settings.spend().dayMicros(), money);
        amount(texts, "total", settings.spend().totalMicros(), money);
        number(texts, "requests", settings.rates().requests());
        number(texts, "tokens", settings.rates().tokens());
        number(texts, "concurrency", settings.rates().concurrency());
        amount(texts, "max_input_price", settings.ceiling().inputMicros(), money);
        amount(texts, "max_output_price", settings.ceiling().outputMicros(), money);
        texts.put("allow", String.join("\n", settings.allow().texts()));
        texts.put("tags", CallLabels.text(settings.tags()).replace(" ", ", "));
        Instant end = settings.expiresAt();
        if (end != null) {
            texts.put("expires", end.minusMillis(1).atZone(zone).toLocalDate().toString());
        }
        texts.put("models", String.join(",", settings.models()));
        return new KeyForm(texts);
    }

    /** Returns this form with the present texts of limits that did not come: fields of locked ones do not. @param keepsModels whether the boxes are locked */
    KeyForm over(KeyForm present, boolean keepsModels) {
        Map<String, String> all = new HashMap<>(texts);
        if (AMOUNTS.stream().noneMatch(texts::containsKey)) {
            all.put(TypedCredits.UNIT, present.text(TypedCredits.UNIT));
        }
        KeyFields.LIMITS.forEach(field -> all.putIfAbsent(field, present.text(field)));
        if (keepsModels) {
            all.put("models", present.text("models"));
        }
        return new KeyForm(all);
    }

    private static void amount(Map<String, String> texts, String field, @Nullable Long micros, Money money) {
        if (micros != null) {
            texts.put(field, TypedCredits.of(micros, money));
        }
    }

    private static void number(Map<String, String> texts, String field, @Nullable Long number) {
        if (number != null) {
            texts.put(field, number.toString());
        }
    }

    /** Returns the scopes of a management key that are ticked: the standard ones before the form is sent. */
    public List<String> scopes() {
        return texts.containsKey("scopes") ? List.of(text("scopes").split(",")) : Scope.codes(Scope.STANDARD);
    }

    /** Returns the ids of models that are ticked; none means all. */
    List<String> models() {
        return List.of(text("models").split(","));
    }

    boolean isManagement() {
        return text("kind").equals(KeyKind.MANAGEMENT.code());
    }

    public String text(String field) {
        return Objects.requireNonNullElse(texts.get(field), "");
    }

    /** Returns the unit of the amounts: the one in which the form was drawn, or null if it does not name it. */
    private @Nullable Money unit() {
        return TypedCredits.unit(new Form(texts));
    }

    /** Returns the unit in which the form is drawn. @param ofPage if the form names none */
    Money money(Money ofPage) {
        return TypedCredits.unit(new Form(texts), ofPage);
    }

    /** Returns whether anything but the name was said. */
    public boolean hasLimits() {
        return !text("models").isEmpty()
                || KeyFields.LIMITS.stream().anyMatch(field -> !text(field).isEmpty());
    }

    /** Returns errors by field, in the units of the form: the action takes seconds and credits. */
    Map<String, String> inFormUnits(Map<String, String> errors) {
        Map<String, String> said = new HashMap<>(errors);
        if (!text("expires").isEmpty() && WrittenTime.date(text("expires")) == null) {
            said.replace("expires_at", say("A day like 2027-03-31, or empty."));
        }
        Money unit = unit();
        String amount = unit == null
                ? TypedCredits.UNIT_MISSING.said()
                : unit == Money.DOLLARS ? say("Type an amount such as 5.00, or nothing for no limit.") : null;
        if (amount != null) {
            AMOUNTS.forEach(field -> said.computeIfPresent(field, (name, why) -> amount));
        }
        return said;
    }

    /**
     * Returns the fields of an action. A limit that is as it was stays to the letter; an amount without its unit is none. A key works through the end
     * of a day in the person's time zone.
     *
     * @param present the same form as the key's settings make it
     */
    Form fields(Action<?, ?> action, KeyForm present, ZoneId zone) {
        Map<String, String> fields = new HashMap<>(texts);
        Money unit = unit();
        fields.keySet()
                .removeIf(field -> KeyFields.LIMITS.contains(field)
                        && (unit != null || !AMOUNTS.contains(field))
                        && text(field).equals(present.text(field)));
        if (unit != Money.CREDITS) {
            AMOUNTS.forEach(field -> fields.computeIfPresent(field, (name, typed) -> credits(typed, unit)));
        }
        fields.remove(TypedCredits.UNIT);
        if (fields.containsKey("expires")) {
            LocalDate day = WrittenTime.date(text("expires"));
            String none = text("expires").isEmpty() ? "" : "no day";
            fields.put(
                    "expires_at",
                    day == null
                            ? none
                            : String.valueOf(day.plusDays(1).atStartOfDay(zone).toEpochSecond()));
        }
        if (isManagement()) {
            fields.remove("owner");
        } else {
            fields.remove("scopes");
        }
        String owner = fields.getOrDefault("owner", KeyOwners.ACCOUNT);
        boolean isOwn = owner.startsWith(KeyOwners.OWN);
        fields.put("own", Boolean.toString(isOwn));
        fields.put(
                "team",
                isOwn ? owner.substring(KeyOwners.OWN.length()).strip() : owner.equals(KeyOwners.ACCOUNT) ? "" : owner);
        fields.put("deed", action.name());
        return new Form(fields);
    }

    /** Returns an amount in credits; what is no amount, or has no unit, stays none. */
    private static String credits(String typed, @Nullable Money unit) {
        try {
            return typed.isEmpty() ? "" : unit == null ? NO_AMOUNT : Credits.text(TypedCredits.micros(typed, unit));
        } catch (IllegalArgumentException e) {
            return NO_AMOUNT;
        }
    }
}
